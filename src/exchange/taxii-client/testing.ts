import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A small TAXII 2.1 server for tests, written from the standard, with faults that a test may switch on. */
export interface TestServer {
  readonly url: string;
  readonly root: string;
  readonly collection: string;
  /** Everything asked, as `METHOD path?query`. */
  readonly asked: string[];
  readonly headers: IncomingMessage["headers"][];
  /** Objects with the date the server received them, oldest first. */
  readonly held: { object: Record<string, unknown>; added: string }[];
  /** Answers the request instead of the server when it returns true. */
  fault: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Whether pages name a `next`, or leave the client to go by date. */
  byDate: boolean;
  /** Most objects of a page. */
  cap: number;
  /** How often a status says pending first. */
  pendings: number;
  readonly rejects: Set<string>;
  close(): Promise<void>;
}

export const COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
const TYPE = "application/taxii+json;version=2.1";

export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { "content-type": TYPE, ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
  return true;
}

export function tool(n: number, extra: object = {}): Record<string, unknown> & { id: string } {
  return {
    type: "tool",
    spec_version: "2.1",
    id: `tool--00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    created: "2025-01-01T00:00:00Z",
    modified: "2025-01-01T00:00:00Z",
    name: `Tool ${n}`,
    ...extra,
  };
}

export async function startTestServer(): Promise<TestServer> {
  const statuses = new Map<string, { pending: number; body: Record<string, unknown> }>();
  const server: Server = createServer((request, response) => {
    state.asked.push(`${request.method} ${request.url}`);
    state.headers.push(request.headers);
    if (state.fault(request, response)) return;
    const url = new URL(request.url ?? "/", state.url);
    const here = `/root/collections/${COLLECTION}/`;
    if (url.pathname === "/taxii2/")
      send(response, 200, { title: "Test", default: "/root/", api_roots: ["/root/", "https://other.example/root/"] });
    else if (url.pathname === "/root/")
      send(response, 200, { title: "Root", versions: [TYPE], max_content_length: 100_000 });
    else if (url.pathname === "/root/collections/") send(response, 200, { collections: [description] });
    else if (url.pathname === here) send(response, 200, description);
    else if (url.pathname === `${here}objects/` && request.method === "POST") void take(request, response);
    else if (url.pathname === `${here}objects/`) givePage(response, url, (item) => item.object);
    else if (url.pathname === `${here}manifest/`)
      givePage(response, url, ({ object, added }) => ({
        id: object["id"],
        date_added: added,
        version: object["modified"],
      }));
    else if (url.pathname.startsWith("/root/status/")) giveStatus(response, url.pathname.split("/").at(-2) ?? "");
    else send(response, 404, { title: "Nothing here", description: "no such resource", http_status: "404" });
  });
  const description = { id: COLLECTION, title: "Tools", alias: "tools", can_read: true, can_write: true };

  function givePage(response: ServerResponse, url: URL, show: (item: TestServer["held"][number]) => unknown): void {
    const after = url.searchParams.get("added_after") ?? "";
    const limit = Math.min(Number(url.searchParams.get("limit") ?? state.cap), state.cap);
    const from = Number(url.searchParams.get("next") ?? "0");
    const matching = state.held.filter((item) => item.added > after);
    const items = matching.slice(from, from + limit);
    const more = matching.length > from + limit;
    const dates: Record<string, string> = {};
    const [first, last] = [items[0], items.at(-1)];
    if (first !== undefined) dates["X-TAXII-Date-Added-First"] = first.added;
    if (last !== undefined) dates["X-TAXII-Date-Added-Last"] = last.added;
    send(
      response,
      200,
      items.length === 0
        ? {}
        : {
            more,
            ...(more && !state.byDate ? { next: String(from + limit) } : {}),
            objects: items.map(show),
          },
      dates,
    );
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { objects } = JSON.parse(Buffer.concat(parts).toString()) as { objects: Record<string, unknown>[] };
    const details = objects.map((object) => ({
      id: object["id"],
      version: object["modified"] ?? "1970-01-01T00:00:00Z",
    }));
    const failures = details.filter(({ id }) => state.rejects.has(String(id)));
    for (const object of objects) {
      const held = state.held.some(
        (item) => item.object["id"] === object["id"] && item.object["modified"] === object["modified"],
      );
      if (!held && !state.rejects.has(String(object["id"])))
        state.held.push({ object, added: new Date().toISOString() });
    }
    const id = `status-${statuses.size}`;
    const body = {
      id,
      total_count: objects.length,
      success_count: objects.length - failures.length,
      failure_count: failures.length,
      pending_count: 0,
      successes: details.filter(({ id: one }) => !state.rejects.has(String(one))),
      failures: failures.map((failure) => ({ ...failure, message: "not wanted" })),
    };
    statuses.set(id, { pending: state.pendings, body });
    giveStatus(response, id, 202);
  }

  function giveStatus(response: ServerResponse, id: string, code = 200): void {
    const found = statuses.get(id);
    if (found === undefined) return void send(response, 404, { title: "No such status" });
    if (found.pending-- > 0) {
      const { total_count } = found.body;
      send(response, code, {
        id,
        status: "pending",
        total_count,
        success_count: 0,
        failure_count: 0,
        pending_count: total_count,
      });
    } else send(response, code, { ...found.body, status: "complete" });
  }

  const state: TestServer = {
    url: "",
    root: "/root/",
    collection: COLLECTION,
    asked: [],
    headers: [],
    held: [],
    fault: () => false,
    byDate: false,
    cap: 100,
    pendings: 0,
    rejects: new Set(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/taxii2/` });
}
