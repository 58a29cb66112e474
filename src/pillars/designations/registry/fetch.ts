import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Clock, instantOf, sha256Hex } from "#base";
import type { Source } from "#intake";
import type { Viewer } from "#policy";
import type { ListAddress, Store } from "#store";
import { DesignationError } from "../errors.ts";
import { keepFile, keptSource } from "./files.ts";
import type { ListFile } from "./load.ts";

interface FetchLimits {
  /** Bytes of one file. Default 1 Gi. */
  readonly maxBytes?: number;
  /** Milliseconds without one byte. Default 30,000. */
  readonly idleMs?: number;
  /** Milliseconds for one file, all attempts together. Default 900,000. */
  readonly totalMs?: number;
  /** Times that a broken transfer is taken up again. Default 4. */
  readonly attempts?: number;
}

export interface FetchRequest {
  readonly list: string;
  readonly address: string;
  /** Hosts, besides the address's own, that an officer allows a redirect to. */
  readonly allowHosts?: readonly string[];
  readonly signal?: AbortSignal;
  readonly limits?: FetchLimits;
  readonly onRedirect?: (to: string) => void;
}

export interface FetchDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Where broken transfers wait. */
  readonly folder: string;
}

export interface Fetched extends ListFile {
  /** The server said that nothing changed since the last time; the kept bytes are given. */
  readonly notModified: boolean;
}

const MAX_REDIRECTS = 5;
const RESUME_WAIT_MS = 200;

/**
 * Takes a file from its address. The server is asked only for what is new (ETag, Last-Modified: RFC 9110 §13); a transfer that
 * broke goes on where it stopped (Range with If-Range, §14), in this run or the next. TLS is verified. A redirect within the
 * host is followed and shown; one to another host needs an officer's word, for it may be anybody's list.
 *
 * @throws DesignationError `address-invalid`, `redirect-elsewhere`, `redirect-refused`, `fetch-failed`, `fetch-late`, `too-large`.
 */
export async function fetchList(deps: FetchDeps, actor: Viewer, request: FetchRequest): Promise<Fetched> {
  const url = readAddress(request.address);
  const known = await deps.store.read(actor, (r) => r.lists.address(url.href));
  const name = url.pathname.split("/").findLast((part) => part !== "") ?? "list";
  const transfer = new Transfer(deps.folder, url, request);
  const got = await transfer.run(known);
  const now = instantOf(deps.clock());
  if (got === "not-modified" && known !== null) {
    await deps.store.transact(actor, (t) => t.lists.saveAddress({ ...known, checkedAt: now }));
    const part = {
      name,
      sha256: known.sha256,
      bytes: await keptBytes(deps.store, actor, known.sha256),
      from: "",
      carriedFrom: null,
    };
    const source = keptSource(deps.store, actor, [part], name);
    if (source !== null) return { source, from: url.href, modifiedOn: dayOf(known.modified), notModified: true };
  }
  const source = transfer.source(name);
  const { sha256 } = await keepFile(deps.store, actor, source);
  const { etag, modified } = transfer.validators();
  const address: ListAddress = {
    address: url.href,
    list: request.list,
    etag,
    modified,
    sha256,
    fetchedAt: now,
    checkedAt: now,
  };
  await deps.store.transact(actor, (t) => t.lists.saveAddress(address));
  const part = { name, sha256, bytes: transfer.size(), from: "", carriedFrom: null };
  transfer.clear();
  const kept = keptSource(deps.store, actor, [part], name);
  if (kept === null) throw new DesignationError("fetch-failed", `${url.href} was not kept`);
  return { source: kept, from: url.href, modifiedOn: dayOf(modified), notModified: false };
}

async function keptBytes(store: Store, viewer: Viewer, sha256: string): Promise<number> {
  return (await store.read(viewer, (r) => r.lists.fileBytes(sha256))) ?? 0;
}

function dayOf(modified: string | null): string | null {
  const at = modified === null ? Number.NaN : Date.parse(modified);
  return Number.isNaN(at) ? null : new Date(at).toISOString().slice(0, 10);
}

/** https; http only on this machine, for a mirror and for tests. @throws DesignationError `address-invalid`. */
function readAddress(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : null;
  const local = url !== null && /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(url.hostname);
  if (
    url === null ||
    url.username !== "" ||
    url.password !== "" ||
    !(url.protocol === "https:" || (url.protocol === "http:" && local))
  )
    throw new DesignationError("address-invalid", `${text.slice(0, 300)} is no address that a list is taken from`, {
      fix: "Give an https address without a name or password in it.",
    });
  return url;
}

interface Validators {
  readonly etag: string | null;
  readonly modified: string | null;
}

/** One file's transfer: a part on disk, beside it what its server said of its version. */
class Transfer {
  readonly #part: string;
  readonly #beside: string;
  readonly #url: URL;
  readonly #request: FetchRequest;
  readonly #late = new AbortController();
  #said: Validators = { etag: null, modified: null };

  constructor(folder: string, url: URL, request: FetchRequest) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#part = join(folder, `${sha256Hex(url.href).slice(0, 32)}.part`);
    this.#beside = `${this.#part}.json`;
    this.#url = url;
    this.#request = request;
  }

  size(): number {
    return existsSync(this.#part) ? statSync(this.#part).size : 0;
  }

  validators(): Validators {
    return this.#said;
  }

  source(name: string): Source {
    return { name, size: this.size(), open: () => createReadStream(this.#part), sibling: () => null };
  }

  clear(): void {
    rmSync(this.#part, { force: true });
    rmSync(this.#beside, { force: true });
  }

  async run(known: ListAddress | null): Promise<"whole" | "not-modified"> {
    const { attempts = 4, totalMs = 900_000 } = this.#request.limits ?? {};
    const total = setTimeout(() => this.#late.abort(), totalMs);
    try {
      for (let attempt = 1; ; attempt++) {
        const got = await this.#once(known);
        if (got.kind !== "broken") return got.kind;
        if (this.#late.signal.aborted || this.#request.signal?.aborted === true || attempt >= attempts) throw got.error;
        await new Promise((resolve) => setTimeout(resolve, RESUME_WAIT_MS * attempt));
      }
    } finally {
      clearTimeout(total);
    }
  }

  async #once(
    known: ListAddress | null,
  ): Promise<{ kind: "whole" | "not-modified" } | { kind: "broken"; error: DesignationError }> {
    const have = this.#resumable();
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (have !== null) {
      headers["range"] = `bytes=${have.size}-`;
      headers["if-range"] = have.validator;
    } else if (known !== null) {
      if (known.etag !== null) headers["if-none-match"] = known.etag;
      if (known.modified !== null) headers["if-modified-since"] = known.modified;
    }
    const idle = new AbortController();
    const signals = [
      idle.signal,
      this.#late.signal,
      ...(this.#request.signal === undefined ? [] : [this.#request.signal]),
    ];
    const idleMs = this.#request.limits?.idleMs ?? 30_000;
    let timer = setTimeout(() => idle.abort(), idleMs);
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(), idleMs);
    };
    try {
      const response = await this.#follow(headers, AbortSignal.any(signals));
      if (response.status === 304) return { kind: "not-modified" };
      if (response.status === 416) {
        // What waits here is no part of what the server has now.
        this.clear();
        return { kind: "broken", error: this.#failed("it has not the rest of what was taken before") };
      }
      if (response.status !== 200 && response.status !== 206)
        throw this.#failed(`it answers ${response.status} ${response.statusText}`);
      await this.#take(response, have?.size ?? 0, heard);
      return { kind: "whole" };
    } catch (error) {
      if (error instanceof DesignationError) throw error;
      const late = this.#late.signal.aborted || idle.signal.aborted;
      const broken = late
        ? new DesignationError("fetch-late", `${this.#url.href} gave nothing more in the time it has`, {
            cause: error,
            fix: "Load it again: the transfer goes on where it stopped.",
          })
        : this.#failed(
            error instanceof Error
              ? error.cause instanceof Error
                ? error.cause.message
                : error.message
              : String(error),
          );
      return { kind: "broken", error: broken };
    } finally {
      clearTimeout(timer);
    }
  }

  #failed(what: string): DesignationError {
    return new DesignationError("fetch-failed", `${this.#url.href} cannot be taken: ${what}`, {
      where: this.#url.href,
      fix: "Check the address and the network; load it again, or from a file.",
    });
  }

  /** A part is taken up only with a strong word of its version to hold it against (RFC 9110 §13.1.5). */
  #resumable(): { size: number; validator: string } | null {
    const size = this.size();
    if (size === 0 || !existsSync(this.#beside)) return null;
    const said = JSON.parse(readFileSync(this.#beside, "utf8")) as Validators;
    const validator = said.etag !== null && !said.etag.startsWith("W/") ? said.etag : said.modified;
    return validator === null ? null : { size, validator };
  }

  async #follow(headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    let url = this.#url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await fetch(url, {
        headers,
        signal,
        redirect: "manual",
        credentials: "omit",
        cache: "no-store",
      });
      if (response.status < 300 || response.status >= 400 || response.status === 304) return response;
      await response.body?.cancel();
      const location = response.headers.get("location");
      if (location === null)
        throw new DesignationError(
          "redirect-refused",
          `${url.href} answers ${response.status} and names no place to go to`,
        );
      const target = readAddress(location, url);
      const allowed = target.host === this.#url.host || (this.#request.allowHosts ?? []).includes(target.host);
      if (!allowed || (url.protocol === "https:" && target.protocol !== "https:"))
        throw new DesignationError(
          "redirect-elsewhere",
          `${url.href} sends to another host, ${target.host}: ${target.href}`,
          {
            where: target.host,
            fix: `If that is where the authority publishes its list now: --allow-host ${target.host}`,
          },
        );
      this.#request.onRedirect?.(target.href);
      url = target;
    }
    throw new DesignationError("redirect-refused", `${this.#url.href} sends in a circle`);
  }

  async #take(response: Response, have: number, heard: () => void): Promise<void> {
    const max = this.#request.limits?.maxBytes ?? 1 << 30;
    // A server that does not know ranges, or has another version now, gives all of it.
    const goesOn =
      response.status === 206 && new RegExp(`^bytes ${have}-`).test(response.headers.get("content-range") ?? "");
    if (response.status === 206 && !goesOn) {
      await response.body?.cancel();
      this.clear();
      throw new Error("the server gave another range than was asked for");
    }
    this.#said = { etag: response.headers.get("etag"), modified: response.headers.get("last-modified") };
    if (!goesOn) {
      this.clear();
      writeFileSync(this.#beside, JSON.stringify(this.#said), { mode: 0o600 });
    }
    let size = goesOn ? have : 0;
    const declared = Number(response.headers.get("content-length") ?? "0");
    const tooLarge = (): DesignationError => {
      this.clear();
      return new DesignationError("too-large", `${this.#url.href} is larger than ${max} bytes`, {
        fix: "Is this the list?",
      });
    };
    if (size + declared > max) {
      await response.body?.cancel();
      throw tooLarge();
    }
    if (response.body === null) throw new Error("the server gave no body");
    const body = response.body;
    await pipeline(
      async function* () {
        for await (const chunk of body) {
          heard();
          size += chunk.length;
          if (size > max) throw tooLarge();
          yield chunk;
        }
      },
      createWriteStream(this.#part, { flags: goesOn ? "a" : "w", mode: 0o600 }),
    );
  }
}
