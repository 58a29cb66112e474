import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import type { Hono } from "hono";
import { PGliteDialect } from "kysely";
import { signingKey } from "#ledger";
import { handlingMarking, type Role, type Viewer } from "#policy";
import { coreTypes, TypeRegistry } from "#stix";
import { type Engine, openPostgres, openSqlite, openStore, postgresEngine, type Store } from "#store";
import { freshDatabase, testServer } from "../../store/testing.ts";
import { createTaxii, type Taxii } from "./service.ts";
import type { TaxiiDeps } from "./types.ts";

export const HOME = "identity--00000000-0000-4000-8000-00000000000a";
export const PARTNER = "identity--00000000-0000-4000-8000-00000000000b";
export const MEDIA = "application/taxii+json;version=2.1";
export const as = (...roles: Role[]): Viewer => ({ kind: "officer", party: HOME, officer: "officer--1", roles });
export const discloser = as("disclosure-officer");
export const analyst = as("analyst");

/** Every engine that this run can reach. */
export const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  sqlite: () => Promise.resolve(openSqlite(":memory:")),
  pglite: async () => postgresEngine(new PGliteDialect({ pglite: await PGlite.create({ extensions: { pg_trgm } }) })),
  ...(testServer === undefined ? {} : { postgres: async () => openPostgres(await freshDatabase()) }),
};

/** A store with a TAXII server over it, and a clock that a test turns. */
export interface TestFace {
  readonly store: Store;
  readonly deps: TaxiiDeps;
  readonly taxii: Taxii;
  readonly app: Hono;
  readonly errors: unknown[];
  time: number;
  /** A GET, or what `init` says, as this client. */
  ask(client: string | null, path: string, init?: RequestInit): Promise<Response>;
  json(
    client: string | null,
    path: string,
    init?: RequestInit,
  ): Promise<{ status: number; headers: Headers; body: Body }>;
  post(
    client: string,
    collection: string,
    objects: readonly unknown[],
  ): Promise<{ status: number; headers: Headers; body: Body }>;
  /** Bearer tokens and passwords by the client's name. */
  readonly secrets: Map<string, { token: string; password: string }>;
  addClient(
    name: string,
    extra?: { party?: string; roles?: Role[]; purpose?: string | null; perMinute?: number },
  ): Promise<void>;
  addCollection(alias: string, extra?: Partial<Parameters<Taxii["addCollection"]>[1]>): Promise<void>;
}

export interface Body {
  readonly [key: string]: unknown;
  readonly objects?: readonly { readonly id: string; readonly [key: string]: unknown }[];
  readonly more?: boolean;
  readonly next?: string;
  readonly success_count?: number;
  readonly failure_count?: number;
  readonly failures?: readonly { readonly id: string; readonly version: string; readonly message: string }[];
}

export async function openFace(engine: Engine): Promise<TestFace> {
  const face = { time: Date.parse("2026-06-01T00:00:00Z") };
  const clock = (): Date => new Date(face.time);
  const store = await openStore({ engine, party: HOME, clock });
  const errors: unknown[] = [];
  const seed = Buffer.alloc(32, 7);
  const deps: TaxiiDeps = {
    store,
    clock,
    self: {
      id: HOME,
      name: "Home",
      key: signingKey(seed.toString("base64")),
      previous: [],
      url: "https://x/",
      tlsPin: "",
      purposes: [],
    },
    registry: new TypeRegistry(coreTypes),
    pageKey: seed,
    onError: (error) => void errors.push(error),
  };
  const taxii = createTaxii(deps);
  const app = taxii.serve();
  const secrets = new Map<string, { token: string; password: string }>();
  const made: Omit<TestFace, "time"> = {
    store,
    deps,
    taxii,
    app,
    errors,
    secrets,
    ask: async (client, path, init = {}) => {
      const headers = new Headers(init.headers);
      if (client !== null) headers.set("authorization", `Bearer ${secrets.get(client)?.token ?? ""}`);
      if (!headers.has("accept")) headers.set("accept", MEDIA);
      return app.request(path, { ...init, headers });
    },
    async json(client, path, init) {
      const response = await this.ask(client, path, init);
      return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
    },
    post(client, collection, objects) {
      const body = JSON.stringify({ objects });
      return this.json(client, `/taxii2/default/collections/${collection}/objects/`, {
        method: "POST",
        body,
        headers: { "content-type": MEDIA },
      });
    },
    async addClient(name, extra = {}) {
      const { party = HOME, roles = ["analyst"] as Role[], purpose = null, perMinute = 0 } = extra;
      const own = party === HOME;
      const added = await taxii.addClient(discloser, { name, party, roles: own ? roles : [], purpose, perMinute });
      secrets.set(name, { token: added.token, password: added.password });
    },
    async addCollection(alias, extra = {}) {
      await taxii.addCollection(discloser, {
        alias,
        title: alias,
        description: "",
        kind: "listed",
        types: [],
        markings: [],
        strict: false,
        readers: ["own"],
        writers: ["own"],
        ...extra,
      });
    },
  };
  return Object.assign(face, made);
}

export const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

export function tool(n: number, extra: object = {}): Record<string, unknown> & { id: string } {
  return {
    type: "tool",
    spec_version: "2.1",
    id: `tool--${uuid(n)}`,
    created: "2025-01-01T00:00:00.000Z",
    modified: "2025-01-01T00:00:00.000Z",
    name: `Tool ${n}`,
    ...extra,
  };
}

/** Handling terms as a marking-definition. */
export function marking(n: number, extra: object = {}): Record<string, unknown> & { id: string } {
  const id = `marking-definition--${uuid(n)}`;
  const terms = {
    originator: HOME,
    releasableTo: [PARTNER],
    noOnward: false,
    purposes: ["prevention"],
    evidenceUse: "allowed" as const,
    caveats: [],
    reviewBy: null,
    expires: null,
    foreignCodes: [],
    ...extra,
  };
  return Object.assign(handlingMarking(terms, { id, created: "2025-01-01T00:00:00.000Z", createdBy: HOME }), { id });
}

/** Every object of a collection, page by page. */
export async function walk(face: TestFace, client: string, path: string, query = ""): Promise<Body[]> {
  const pages: Body[] = [];
  let next: string | undefined;
  do {
    const mark: string = next === undefined ? "" : `&next=${encodeURIComponent(next)}`;
    const { status, body } = await face.json(client, `${path}?${query}${mark}`);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    pages.push(body);
    next = body.more === true ? body.next : undefined;
  } while (next !== undefined && pages.length < 10_000);
  return pages;
}
