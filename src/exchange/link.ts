import { createHash, X509Certificate } from "node:crypto";
import { createServer, request, Agent, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { MAX_ADD_CHECKPOINT } from "#ledger";
import { ExchangeError } from "./errors.ts";
import { type LogStatement, readStatement } from "./log-guard.ts";
import { type LinkAnswer, MAX_MESSAGE, readAnswer } from "./message.ts";
import type { WitnessAnswer } from "./witness.ts";

/** The link's own TLS key and self-signed certificate, PEM. There is no authority: the key's pin is what counts. */
export interface LinkIdentity {
  readonly key: string;
  readonly cert: string;
}

const PATH = "/entente/link/v1/parcels";
const LOG_PATH = "/entente/link/v1/log";
/** C2SP tlog-witness, "add-checkpoint": the submission prefix is `https://host:port/witness`. */
export const WITNESS_PATH = "/witness/add-checkpoint";
const WRONG_KEY = "it does not hold the key that was pinned at pairing";
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
/** Bytes of an answer. */
const MAX_ANSWER = 128 * 1024;

/** SHA-256 of a certificate's public key (SPKI), lower-case hex. */
export function tlsPin(cert: string): string {
  return pinOf(new X509Certificate(cert));
}

function pinOf(cert: X509Certificate): string {
  return createHash("sha256")
    .update(cert.publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

export interface LinkServer {
  readonly port: number;
  close(): Promise<void>;
}

/** RFC 6066 §3: the name that a caller asks for says which key it has pinned. It resolves nowhere (RFC 6761 §6.4). */
function pinName(pin: string): string {
  return `${pin.slice(0, 32)}.pin.invalid`;
}

export interface LinkServerOptions {
  readonly identity: LinkIdentity;
  /** Others that are shown to those who have pinned them: inside an overlap, the keys before and after a change. */
  readonly others?: readonly LinkIdentity[];
  readonly host: string;
  readonly port: number;
  /** The channel whose partner holds this TLS key, or `null`: then the connection ends. */
  readonly channelOf: (pin: string) => Promise<string | null>;
  readonly receive: (channel: string, bytes: Uint8Array) => Promise<LinkAnswer>;
  /** What is held here of the partner's log from a place on; `have`: how much of our log the partner holds. */
  readonly stateLog: (channel: string, from: number, have: number) => Promise<object>;
  /** Answers those whose logs this node witnesses; absent: it witnesses none. They need not be paired. */
  readonly witness?: (bytes: Uint8Array) => Promise<WitnessAnswer>;
  /** A failure of this node (a full disk, say), for its log. The partner is told to try again. */
  readonly onError: (error: unknown) => void;
  /** How long a request may take to say what it is, and to come in whole. */
  readonly patience?: { readonly headersMs: number; readonly requestMs: number };
}

/** Listens for partners: TLS 1.3, both sides prove their pinned keys, one path, bounded in size and time. */
export async function listen(options: LinkServerOptions): Promise<LinkServer> {
  const contexts = new Map<string, SecureContext>();
  for (const { key, cert } of options.others ?? [])
    contexts.set(pinName(tlsPin(cert)), createSecureContext({ key, cert, minVersion: "TLSv1.3" }));
  const { patience = { headersMs: HEADERS_MS, requestMs: REQUEST_MS } } = options;
  const server: Server = createServer(
    {
      SNICallback: (name, done) => done(null, contexts.get(name)),
      key: options.identity.key,
      cert: options.identity.cert,
      minVersion: "TLSv1.3",
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: patience.headersMs,
      connectionsCheckingInterval: Math.min(1000, patience.headersMs),
    },
    (req, res) => {
      answer(options, req, res).catch((error: unknown) => {
        // The other side went away in the middle of its message: nothing failed here, and it will send it again.
        if (req.errored !== null) return;
        options.onError(error);
        reply(res, 503, { result: "later", message: "this node could not keep the parcel now" });
      });
    },
  );
  server.headersTimeout = patience.headersMs;
  server.requestTimeout = patience.requestMs;
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(options: LinkServerOptions, req: IncomingMessage, res: ServerResponse): Promise<void> {
  // tlog-witness, "Introduction": nothing is asked of the caller; the checkpoint's own signature is what counts.
  if (options.witness !== undefined && req.method === "POST" && req.url === WITNESS_PATH) {
    const bytes = await readBody(req, MAX_ADD_CHECKPOINT);
    const { status, contentType, body } =
      bytes === null ? { status: 413, contentType: "text/plain", body: "too large\n" } : await options.witness(bytes);
    res.writeHead(status, { "content-type": contentType });
    return void res.end(body);
  }
  const cert = req.socket instanceof TLSSocket ? req.socket.getPeerX509Certificate() : undefined;
  const channel = cert === undefined ? null : await options.channelOf(pinOf(cert));
  if (channel === null) return reply(res, 403, { result: "later", message: "this key is not paired here" });
  const url = new URL(req.url ?? "/", "https://link");
  if (req.method === "GET" && url.pathname === LOG_PATH)
    return reply(res, 200, await options.stateLog(channel, place(url, "from"), place(url, "have")));
  if (req.method !== "POST" || url.pathname !== PATH)
    return reply(res, 404, { result: "refused", code: "no-such-path", message: "there is nothing here" });
  const body = await readBody(req);
  if (body === null)
    return reply(res, 413, {
      result: "refused",
      code: "too-large",
      message: `a message has at most ${MAX_MESSAGE} bytes`,
    });
  reply(res, 200, await options.receive(channel, body));
}

/** A place in a log, from a query: anything but a number is the end of what could be there. */
function place(url: URL, name: string): number {
  const text = url.searchParams.get(name) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}

async function readBody(req: IncomingMessage, limit = MAX_MESSAGE): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function reply(res: ServerResponse, status: number, body: LinkAnswer | object): void {
  if (res.headersSent) return void res.end();
  res.writeHead(status, { "content-type": "application/json" });
  res.end(JSON.stringify(body));
}

export interface LinkReply {
  readonly status: number;
  readonly text: string;
}

export interface LinkClient {
  /** @throws ExchangeError `link-failed` when the partner is not reached, or is not the one whose key is pinned. */
  send(url: string, pin: string, message: Uint8Array, signal: AbortSignal): Promise<LinkAnswer>;
  /** Asks the partner what it holds of our log. @throws ExchangeError `link-failed`, `message-malformed`. */
  askLog(url: string, pin: string, from: number, have: number, signal: AbortSignal): Promise<LogStatement>;
  /** Posts a text to a node whose TLS key is pinned. @throws ExchangeError `link-failed` as `send` does. */
  post(url: URL, pin: string, body: string, signal: AbortSignal): Promise<LinkReply>;
  close(): void;
}

export interface LinkClientOptions {
  /** Milliseconds of silence after which a call fails. */
  readonly timeout?: number | undefined;
  /** The TLS keys by which a partner may be met in place of the one named: inside an overlap it has two. */
  readonly pinsOf?: (pin: string) => Promise<readonly string[]>;
}

/**
 * @param identity the key to call with; asked for again at each call, since it changes once every partner has heard of a new one
 */
export function createLinkClient(
  identity: LinkIdentity | (() => LinkIdentity),
  { timeout = REQUEST_MS, pinsOf = (pin) => Promise.resolve([pin]) }: LinkClientOptions = {},
): LinkClient {
  const agents = new Map<string, Agent>();
  const agentNow = (): Agent => {
    const { key, cert } = typeof identity === "function" ? identity() : identity;
    const known = agents.get(cert);
    if (known !== undefined) return known;
    const options = { keepAlive: true, maxSockets: 4, maxCachedSessions: 0, rejectUnauthorized: false } as const;
    const agent = new Agent({ ...options, key, cert, minVersion: "TLSv1.3" });
    agents.set(cert, agent);
    return agent;
  };
  const checked = new WeakMap<object, string>();
  const exchange = (
    url: URL,
    pin: string,
    body: { readonly type: string; readonly bytes: Uint8Array } | null,
    signal: AbortSignal,
    limit = MAX_ANSWER,
  ) =>
    new Promise<{ readonly status: number; readonly bytes: Uint8Array }>((resolve, reject) => {
      const fail = (cause: unknown): void =>
        reject(
          new ExchangeError(
            "link-failed",
            `${url.origin} is not reached: ${cause instanceof Error ? cause.message : String(cause)}`,
            { cause },
          ),
        );
      const headers = body === null ? {} : { "content-type": body.type, "content-length": body.bytes.length };
      const method = body === null ? "GET" : "POST";
      const options = { method, agent: agentNow(), signal, timeout, headers, servername: pinName(pin) };
      const req = request(url, options);
      const send = (): void => void (body === null ? req.end() : req.end(body.bytes));
      req.on("error", fail);
      req.on("timeout", () => req.destroy(new Error("no answer in time")));
      req.on("socket", (socket) => {
        // Nothing is sent before the key is known to be the one pinned; a connection that is used again was checked when it opened.
        const known = checked.get(socket);
        if (known === pin) return send();
        if (known !== undefined) return void req.destroy(new Error(WRONG_KEY));
        socket.once("secureConnect", () => {
          const cert = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
          const shown = cert === undefined ? "" : pinOf(cert);
          const allow = (good: boolean): void => {
            if (!good) return void req.destroy(new Error(WRONG_KEY));
            checked.set(socket, pin);
            send();
          };
          if (shown === pin) return allow(true);
          pinsOf(pin).then((pins) => allow(pins.includes(shown)), fail);
        });
      });
      req.on("response", (res) => {
        readBody(res, limit).then(
          (bytes) => resolve({ status: res.statusCode ?? 0, bytes: bytes ?? new Uint8Array() }),
          fail,
        );
      });
    });
  return {
    async send(url, pin, message, signal) {
      const body = { type: "application/vnd.entente.parcels", bytes: message };
      const { bytes } = await exchange(new URL(PATH, url), pin, body, signal);
      return readAnswer(bytes);
    },
    async askLog(url, pin, from, have, signal) {
      const target = new URL(LOG_PATH, url);
      target.searchParams.set("from", String(from));
      target.searchParams.set("have", String(have));
      return readStatement((await exchange(target, pin, null, signal, MAX_MESSAGE)).bytes);
    },
    async post(url, pin, body, signal) {
      const { status, bytes } = await exchange(
        url,
        pin,
        { type: "text/plain; charset=utf-8", bytes: Buffer.from(body) },
        signal,
      );
      return { status, text: Buffer.from(bytes).toString("utf8") };
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}
