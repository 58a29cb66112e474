import { concatBytes, fromUtf8, isJsonObject, type JsonObject, type JsonValue, parseJson, toBase64, utf8 } from "#base";
import { readAddress } from "./address.ts";
import { TaxiiError, type TaxiiErrorCode } from "./errors.ts";
import { isTaxii, TAXII_MEDIA_TYPE } from "./media-type.ts";

/** HTTP Basic (RFC 7617), which every TAXII server has (§8.1.2), or a bearer token (RFC 6750). */
export type Credentials =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string };

interface Limits {
  /** Bytes of one answer. Default 64 Mi. */
  readonly maxBody?: number;
  /** Milliseconds without one byte. Default 30,000. */
  readonly idleMs?: number;
  /** Milliseconds of one request with its answer. Default 300,000. */
  readonly requestMs?: number;
  /** Times that one request is sent when the server is busy (429, 503). Default 4. */
  readonly attempts?: number;
  /** Milliseconds that a busy server may ask the client to wait, all attempts together. Default 60,000. */
  readonly patienceMs?: number;
}

export interface TransportOptions extends Limits {
  readonly credentials?: Credentials;
  readonly signal?: AbortSignal;
  /** For tests and proxies. Default the platform's. */
  readonly fetch?: typeof fetch;
}

/** What came back with a good status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Transport {
  get(url: URL): Promise<Answer>;
  post(url: URL, body: string): Promise<Answer>;
  /** Rests; ends early, with `stopped`, when the caller's signal says so. */
  rest(ms: number): Promise<void>;
}

const MAX_REDIRECTS = 3;
const FIRST_WAIT_MS = 500;
/** An error resource is short; what is longer is a web page. */
const MAX_ERROR_BODY = 64 * 1024;
const MAX_WORDS = 500;

export function createTransport(options: TransportOptions): Transport {
  const { signal: stop, attempts = 4, patienceMs = 60_000 } = options;

  async function rest(ms: number): Promise<void> {
    if (stop?.aborted === true) throw stopped();
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        stop?.removeEventListener("abort", abort);
        resolve();
      };
      const timer = setTimeout(done, ms);
      const abort = (): void => {
        clearTimeout(timer);
        reject(stopped());
      };
      stop?.addEventListener("abort", abort, { once: true });
    });
  }

  async function send(url: URL, body: string | null): Promise<Answer> {
    let waited = 0;
    for (let attempt = 1; ; attempt++) {
      const { answer, again } = await once(options, url, body);
      if (answer !== null) return answer;
      const wait = again.afterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
      if (attempt >= attempts || waited + wait > patienceMs) throw again.error;
      waited += wait;
      await rest(wait);
    }
  }

  return { get: (url) => send(url, null), post: send, rest };
}

type Outcome =
  | { readonly answer: Answer; readonly again?: never }
  | { readonly answer: null; readonly again: { readonly afterMs: number | null; readonly error: TaxiiError } };

async function once(options: TransportOptions, start: URL, body: string | null): Promise<Outcome> {
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const watch = watchOver(options);
    try {
      const response = await (options.fetch ?? fetch)(url, requestInit(options, body, watch.signal));
      watch.heard();
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel();
        url = redirected(response, url, body);
        continue;
      }
      return await judge(response, url, options, () => watch.heard());
    } catch (error) {
      throw error instanceof TaxiiError ? error : failure(error, url, options, watch.timedOut());
    } finally {
      watch.end();
    }
  }
  throw new TaxiiError("redirect-refused", "the server sends the client in a circle", { where: start.pathname });
}

function requestInit({ credentials }: TransportOptions, body: string | null, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = { accept: TAXII_MEDIA_TYPE };
  if (credentials !== undefined) headers["authorization"] = authorization(credentials);
  // Redirects are looked at before they are followed: credentials go to one origin only.
  const common: RequestInit = { headers, signal, redirect: "manual", credentials: "omit", cache: "no-store" };
  if (body === null) return { ...common, method: "GET" };
  headers["content-type"] = TAXII_MEDIA_TYPE;
  return { ...common, method: "POST", body };
}

function authorization(credentials: Credentials): string {
  return credentials.kind === "bearer"
    ? `Bearer ${credentials.token}`
    : `Basic ${toBase64(utf8(`${credentials.username}:${credentials.password}`))}`;
}

/** One request's time: so long in all, and so long without a byte. */
function watchOver({ signal: stop, idleMs = 30_000, requestMs = 300_000 }: TransportOptions): {
  readonly signal: AbortSignal;
  heard(): void;
  timedOut(): boolean;
  end(): void;
} {
  const late = new AbortController();
  const total = setTimeout(() => late.abort(), requestMs);
  let idle = setTimeout(() => late.abort(), idleMs);
  return {
    signal: stop === undefined ? late.signal : AbortSignal.any([stop, late.signal]),
    heard() {
      clearTimeout(idle);
      idle = setTimeout(() => late.abort(), idleMs);
    },
    timedOut: () => late.signal.aborted,
    end() {
      clearTimeout(total);
      clearTimeout(idle);
    },
  };
}

function redirected(response: Response, url: URL, body: string | null): URL {
  const location = response.headers.get("location");
  const help = { where: url.pathname, fix: "Give the client the server's own address." };
  if (location === null || body !== null || !URL.canParse(location, url.href))
    throw new TaxiiError("redirect-refused", `the server answers ${response.status} and names no place to go to`, help);
  const target = new URL(location, url);
  if (target.origin !== url.origin)
    throw new TaxiiError("redirect-refused", `the server sends the client to another origin, ${target.origin}`, help);
  return readAddress(target.href, url);
}

async function judge(response: Response, url: URL, options: TransportOptions, heard: () => void): Promise<Outcome> {
  const contentType = response.headers.get("content-type");
  if (response.ok) {
    if (!isTaxii(contentType)) {
      await response.body?.cancel();
      throw new TaxiiError(
        "media-type",
        `the server answers with ${clean(contentType ?? "no media type")}, not with TAXII 2.1`,
        { where: url.pathname, fix: "Check the address: a TAXII 2.1 server's API root or discovery is needed." },
      );
    }
    const body = await readBody(response, options.maxBody ?? 64 * 1024 * 1024, url, heard);
    return { answer: { status: response.status, headers: response.headers, body } };
  }
  const error = await errorOf(response, url, heard);
  if (response.status !== 429 && response.status !== 503) throw error;
  return { answer: null, again: { afterMs: retryAfter(response.headers), error } };
}

async function readBody(response: Response, max: number, url: URL, heard: () => void): Promise<Uint8Array> {
  const tooLarge = (): TaxiiError =>
    new TaxiiError("body-too-large", `the answer is larger than ${max} bytes`, {
      where: url.pathname,
      fix: "Ask for fewer objects a page.",
      detail: { limit: max },
    });
  const declared = Number(response.headers.get("content-length") ?? "0");
  if (declared > max) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return new Uint8Array(0);
  // Leaving the loop cancels the stream: what is over the limit is never kept.
  for await (const part of response.body) {
    heard();
    size += part.length;
    if (size > max) throw tooLarge();
    parts.push(part);
  }
  return concatBytes(...parts);
}

/** RFC 9110 §10.2.3: seconds, or a date. A wait that is not understood is none. */
function retryAfter(headers: Headers): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  const served = Date.parse(headers.get("date") ?? "");
  // By the server's own clock where it tells it, so that a difference between the two clocks does not matter.
  return Number.isNaN(date) ? null : Math.max(date - (Number.isNaN(served) ? Date.now() : served), 0);
}

const CODES: Readonly<Record<number, TaxiiErrorCode>> = {
  401: "not-authorised",
  403: "not-authorised",
  404: "not-found",
  413: "content-too-large",
  429: "busy",
  503: "busy",
};

const FIXES: Readonly<Record<number, string>> = {
  401: "Check the credentials.",
  403: "Ask the server's operator for access to this collection.",
  404: "Check the address and the collection; a server also says this of what this caller may not see.",
  413: "Send fewer objects at a time.",
  429: "Ask less often.",
  503: "Try again later.",
};

/** §3.6.1: an error resource has a title, and may have a description and an id to name to the operator. */
async function errorOf(response: Response, url: URL, heard: () => void): Promise<TaxiiError> {
  const { status } = response;
  const resource = await errorResource(response, url, heard);
  const words = [resource["title"], resource["description"]].filter((part) => typeof part === "string").map(clean);
  const wait = retryAfter(response.headers);
  const errorId = resource["error_id"];
  const fix = FIXES[status];
  return new TaxiiError(CODES[status] ?? "refused", [`the server answers ${status}`, ...words].join(": "), {
    where: url.pathname,
    ...(fix === undefined ? {} : { fix }),
    detail: {
      status,
      ...(wait === null ? {} : { retryAfterMs: wait }),
      ...(typeof errorId === "string" ? { errorId: clean(errorId) } : {}),
    },
  });
}

async function errorResource(response: Response, url: URL, heard: () => void): Promise<JsonObject> {
  if (!isTaxii(response.headers.get("content-type"))) {
    await response.body?.cancel();
    return {};
  }
  try {
    const value = parseJson(fromUtf8(await readBody(response, MAX_ERROR_BODY, url, heard)), { maxDepth: 16 });
    return isJsonObject(value) ? value : {};
  } catch (cause) {
    // The status says enough; words that cannot be read add nothing to it.
    return { title: `(its explanation cannot be read: ${cause instanceof Error ? cause.message : "not text"})` };
  }
}

/** A stranger's words for a person's screen: one line, no control characters, not long. */
function clean(words: string): string {
  return words
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, MAX_WORDS);
}

function stopped(): TaxiiError {
  return new TaxiiError("stopped", "stopped");
}

function failure(error: unknown, url: URL, { signal }: TransportOptions, timedOut: boolean): TaxiiError {
  if (signal?.aborted === true) return stopped();
  if (timedOut)
    return new TaxiiError("timeout", `${url.origin} did not answer in time`, {
      where: url.pathname,
      fix: "Try again later.",
    });
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new TaxiiError("connection", `no answer from ${url.origin}: ${clean(why)}`, {
    where: url.pathname,
    fix: "Check the address, the network and the server's certificate.",
    cause: error,
  });
}

/** The JSON object that an answer holds. @throws TaxiiError `body-malformed`. */
export function readResource(body: Uint8Array, url: URL): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(fromUtf8(body), { maxLength: body.length, maxDepth: 64 });
  } catch (cause) {
    throw new TaxiiError("body-malformed", "the answer is not well-formed JSON", { where: url.pathname, cause });
  }
  if (!isJsonObject(value))
    throw new TaxiiError("body-malformed", "the answer is not a TAXII resource", { where: url.pathname });
  return value;
}
