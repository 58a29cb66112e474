import { Agent, createServer, request } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { LinkIdentity } from "#exchange";

/** Numbers in [0, 1) from a seed (mulberry32), so that a run can be made again. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What may happen to a request, and how often in a hundred. The rest pass. */
const FAULTS = {
  delay: 10,
  "lost request": 7,
  "lost answer": 8,
  duplicate: 7,
  "duplicate at once": 4,
  "late replay": 6,
  reordered: 4,
  "reset in the middle": 4,
  "half-open": 2,
} as const;

type Fault = keyof typeof FAULTS;

export interface FaultyLink {
  readonly url: string;
  /** How often each fault was injected. */
  readonly counts: ReadonlyMap<string, number>;
  /** From now on everything passes. */
  calm(): void;
  close(): Promise<void>;
}

/**
 * Stands between two nodes and holds the TLS keys of both, so that it can lose, repeat, hold back and cut whole messages, which
 * a wire-level proxy cannot do inside TLS. `target` is where the real node listens, `server` its identity, `client` the other's.
 */
export async function faultyLink(options: {
  readonly target: number;
  /** Where it listens. */
  readonly port: number;
  readonly server: LinkIdentity;
  readonly client: LinkIdentity;
  readonly random: Random;
}): Promise<FaultyLink> {
  const { target, client, random } = options;
  const counts = new Map<string, number>();
  const agent = new Agent({
    ...client,
    keepAlive: true,
    maxSockets: 16,
    maxCachedSessions: 0,
    rejectUnauthorized: false,
  });
  /** Old messages, to be sent again when nobody expects them. */
  const old: { readonly path: string; readonly body: Buffer }[] = [];
  let calm = false;
  const count = (fault: string): void => void counts.set(fault, (counts.get(fault) ?? 0) + 1);

  const pick = (): Fault | null => {
    let at = random() * 100;
    for (const [fault, share] of Object.entries(FAULTS) as [Fault, number][]) {
      at -= share;
      if (at < 0) return calm ? null : fault;
    }
    return null;
  };
  const forward = (method: string, path: string, body: Buffer): Promise<{ status: number; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const headers = method === "GET" ? {} : { "content-length": body.length };
      const req = request({ host: "127.0.0.1", port: target, method, path, agent, headers, timeout: 20_000 }, (res) => {
        collect(res).then((answer) => resolve({ status: res.statusCode ?? 0, body: answer }), reject);
      });
      req.on("error", reject);
      req.on("timeout", () => req.destroy(new Error("no answer")));
      req.end(body);
    });

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await collect(req);
    const { method = "GET", url: path = "/" } = req;
    const fault = pick();
    const [wait, which] = [random(), random()];
    if (fault !== null) count(fault);
    const answer = async (): Promise<void> => {
      const { status, body: text } = await forward(method, path, body);
      res.writeHead(status, { "content-type": "application/json" });
      res.end(text);
    };
    if (method === "POST") {
      old.push({ path, body });
      if (old.length > 50) old.shift();
    }
    switch (fault) {
      case null:
        return answer();
      case "delay":
        await pause(5 + wait * 60);
        return answer();
      case "lost request":
        return void req.socket.destroy();
      case "lost answer":
        await forward(method, path, body);
        return void req.socket.destroy();
      case "duplicate":
        await forward(method, path, body);
        return answer();
      case "duplicate at once": {
        const again = forward(method, path, body).catch(ignoreNetwork);
        await answer();
        await again;
        return;
      }
      case "late replay": {
        const earlier = old[Math.floor(which * old.length)];
        if (earlier !== undefined) await forward("POST", earlier.path, earlier.body);
        return answer();
      }
      case "reordered":
        // The sender gives it up and goes on; it arrives behind what was sent after it.
        req.socket.destroy();
        await pause(50 + wait * 400);
        await forward(method, path, body);
        return;
      case "reset in the middle":
        await cut(target, client, path, body.subarray(0, Math.floor(body.length * which)), body.length);
        return void req.socket.destroy();
      case "half-open":
        if (which < 0.5) await forward(method, path, body);
        // No answer and no end: the sender's own patience ends it.
        return;
    }
  }

  const server = createServer({ ...options.server, requestCert: true, rejectUnauthorized: false }, (req, res) => {
    handle(req, res).catch((error: unknown) => {
      ignoreNetwork(error);
      req.socket.destroy();
    });
  });
  server.on("tlsClientError", () => undefined);
  // Below the messages: a connection that ends at any byte.
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => undefined);
    if (calm || random() >= 0.05) return;
    count("connection cut");
    const timer = setTimeout(() => (random() < 0.5 ? socket.resetAndDestroy() : socket.destroy()), random() * 400);
    socket.once("close", () => clearTimeout(timer));
  });
  await new Promise<void>((resolve) => server.listen(options.port, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    calm: () => void (calm = true),
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends a part of a message and resets the connection. */
function cut(port: number, identity: LinkIdentity, path: string, part: Buffer, length: number): Promise<void> {
  return new Promise((resolve) => {
    const headers = { "content-length": length };
    const to = { host: "127.0.0.1", port, path, method: "POST", headers, rejectUnauthorized: false, agent: false };
    const req = request({ ...to, ...identity });
    req.on("error", () => resolve());
    req.on("close", () => resolve());
    req.write(part, () => {
      req.destroy();
      resolve();
    });
  });
}

/** Faults are what this is for: the other side is killed, connections end. Anything else is a fault of the harness. */
function ignoreNetwork(error: unknown): void {
  if (error instanceof Error && ("code" in error || /no answer|aborted|hang up/.test(error.message))) return;
  throw error;
}

async function collect(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
