import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { instantOf, sha256Hex } from "#base";
import { permits, requirePermission } from "#access";
import { type PartyId, type Role, type Viewer } from "#policy";
import type { TaxiiClient, TaxiiCollection, TaxiiGrant, Transactor } from "#store";
import { ExchangeError } from "../errors.ts";
import { createTaxiiServer } from "../taxii-server/index.ts";
import { hashPassword, newSecret } from "./secrets.ts";
import { DEFAULT_ROOT, storePort } from "./store-port.ts";
import type { TaxiiDeps } from "./types.ts";

export type { TaxiiDeps } from "./types.ts";

interface NewClient {
  readonly name: string;
  readonly party: PartyId;
  /** Of an officer, for a client of our own party. */
  readonly roles: readonly Role[];
  /** What another party uses the records for. */
  readonly purpose: string | null;
  readonly perMinute: number;
}

interface NewCollection {
  readonly alias: string;
  readonly title: string;
  readonly description: string;
  readonly root?: string;
  readonly kind: "records" | "listed";
  readonly types: readonly string[];
  readonly markings: readonly string[];
  readonly strict: boolean;
  /** Names of clients. */
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

type ShownClient = Omit<TaxiiClient, "password">;
interface ShownCollection extends TaxiiCollection {
  readonly grants: readonly (TaxiiGrant & { readonly name: string })[];
}

/** How the server is reached. */
export interface TaxiiFace {
  readonly publicUrl?: string;
  readonly contact?: string;
  readonly maxContentLength?: number;
}

/**
 * The node's TAXII 2.1 server, and its clients and collections. Whoever adds either gives records without anybody's
 * further word, so it needs `release.approve`; an administrator alone cannot make himself a way in.
 */
export interface Taxii {
  addClient(
    actor: Viewer,
    client: NewClient,
  ): Promise<{ readonly client: ShownClient; readonly password: string; readonly token: string }>;
  clients(viewer: Viewer): Promise<readonly ShownClient[]>;
  /** Its credentials work no more, at once and in every process. */
  revokeClient(actor: Viewer, name: string): Promise<void>;
  addCollection(actor: Viewer, collection: NewCollection): Promise<TaxiiCollection>;
  collections(viewer: Viewer): Promise<readonly ShownCollection[]>;
  /** By id or alias. What was posted to it stays among the records. */
  removeCollection(actor: Viewer, name: string): Promise<void>;
  grant(
    actor: Viewer,
    collection: string,
    client: string,
    rights: { readonly read: boolean; readonly write: boolean },
  ): Promise<void>;
  /** The server under `/taxii2/`. */
  serve(face?: TaxiiFace): Hono;
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const TYPE = /^[a-z][a-z0-9-]{1,248}[a-z0-9]$/;
const MARKING = /^marking-definition--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PARTY = /^identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TAXII_PATH = "/taxii2/";

export function createTaxii(deps: TaxiiDeps): Taxii {
  const { store, self, clock } = deps;
  const shown = (client: TaxiiClient): ShownClient => {
    const { password: _, ...rest } = client;
    return rest;
  };

  return {
    async addClient(actor, { name, party, roles, purpose, perMinute }) {
      requirePermission(actor, "release.approve");
      if (!NAME.test(name)) throw invalid("a client's name is of a–z, 0–9, dot, hyphen and underscore, at most 63");
      if (!PARTY.test(party)) throw invalid(`${party} is no party`);
      if (party === self.id && (!permits(roles, "content.read") || permits(roles, "audit.read")))
        throw invalid(
          "a client of our own party needs an officer's role that works with records",
          "For example --role analyst.",
        );
      if (party !== self.id && (purpose === null || purpose.trim() === "" || roles.length > 0))
        throw invalid("a client of another party needs a purpose, and has no roles here", "Name it with --purpose.");
      if (!Number.isSafeInteger(perMinute) || perMinute < 0) throw invalid("requests a minute are a whole number");
      const [password, token] = [newSecret(), newSecret()];
      const client: TaxiiClient = {
        id: `taxii-client--${randomUUID()}`,
        name,
        party,
        roles: party === self.id ? roles : [],
        purpose: party === self.id ? null : purpose,
        password: await hashPassword(password),
        perMinute,
        createdAt: instantOf(clock()),
        createdBy: actor.officer,
        revokedAt: null,
      };
      await store.transact(actor, async (t) => {
        if ((await t.taxii.client({ name })) !== null)
          throw new ExchangeError("taxii-exists", `a client named ${name} was here already`, {
            fix: "Choose another name; a name is never used twice.",
          });
        await t.taxii.addClient(client, sha256Hex(token));
        await t.audit.note("taxii.client", client.id, { name, party, purpose, roles: [...roles] });
      });
      return { client: shown(client), password, token };
    },
    async clients(viewer) {
      requireLook(viewer);
      return (await store.read(viewer, (r) => r.taxii.clients())).map(shown);
    },
    async revokeClient(actor, name) {
      requirePermission(actor, "release.approve");
      await store.transact(actor, async (t) => {
        const { id } = await clientNamed(t, name);
        await t.taxii.revokeClient(id);
        await t.audit.note("taxii.revoke", id, { name });
      });
    },
    async addCollection(actor, wanted) {
      requirePermission(actor, "release.approve");
      const { alias, title, types, markings, kind, readers, writers, root = DEFAULT_ROOT } = wanted;
      if (!NAME.test(alias) || !NAME.test(root))
        throw invalid("an alias and a root are of a–z, 0–9, dot, hyphen and underscore, at most 63");
      if (title.trim() === "") throw invalid("a collection needs a title");
      if (!types.every((type) => TYPE.test(type))) throw invalid(`not types of STIX objects: ${types.join(", ")}`);
      if (!markings.every((marking) => MARKING.test(marking))) throw invalid(`not markings: ${markings.join(", ")}`);
      if (kind === "records" && (writers.length > 0 || markings.length > 0))
        throw invalid("nothing is posted to a collection of all records: it has neither writers nor markings");
      return store.transact(actor, async (t) => {
        if ((await t.taxii.collection(root, alias)) !== null)
          throw new ExchangeError("taxii-exists", `there is a collection ${alias} already`, {
            fix: "Choose another alias.",
          });
        const grants = new Map<string, TaxiiGrant>();
        for (const name of new Set([...readers, ...writers])) {
          const { id } = await clientNamed(t, name);
          grants.set(id, { client: id, read: readers.includes(name), write: writers.includes(name) });
        }
        const { description, strict } = wanted;
        const id = randomUUID();
        await t.taxii.addCollection({ id, root, alias, title, description, kind, types, markings, strict }, [
          ...grants.values(),
        ]);
        await t.audit.note("taxii.collection", id, { alias, kind, readers: [...readers], writers: [...writers] });
        return collectionNamed(t, id);
      });
    },
    async collections(viewer) {
      requireLook(viewer);
      return store.read(viewer, async (r) => {
        const names = new Map((await r.taxii.clients()).map((client) => [client.id, client.name]));
        const out: ShownCollection[] = [];
        for (const collection of await r.taxii.collections()) {
          const grants = await r.taxii.grants(collection.number);
          out.push({
            ...collection,
            grants: grants.map((grant) => ({ ...grant, name: names.get(grant.client) ?? "" })),
          });
        }
        return out;
      });
    },
    async removeCollection(actor, name) {
      requirePermission(actor, "release.approve");
      await store.transact(actor, async (t) => {
        const { number, id, alias } = await collectionNamed(t, name);
        await t.taxii.removeCollection(number);
        await t.audit.note("taxii.collection-remove", id, { alias });
      });
    },
    async grant(actor, collection, client, rights) {
      requirePermission(actor, "release.approve");
      await store.transact(actor, async (t) => {
        const to = await collectionNamed(t, collection);
        const { id, name } = await clientNamed(t, client);
        if (rights.write && to.kind === "records") throw invalid("nothing is posted to a collection of all records");
        await t.taxii.setGrant(to.number, { client: id, ...rights });
        await t.audit.note("taxii.grant", to.id, { client: name, ...rights });
      });
    },
    serve: (face = {}) =>
      createTaxiiServer({
        ...face,
        port: storePort(deps),
        key: deps.pageKey,
        path: TAXII_PATH,
        title: self.name,
        now: () => clock().getTime(),
        onError: deps.onError,
      }),
  };
}

/** Who gives may look, and so may who oversees. */
function requireLook(viewer: Viewer): void {
  if (viewer.kind !== "officer" || !permits(viewer.roles, "audit.read")) requirePermission(viewer, "release.approve");
}

async function clientNamed(t: Transactor, name: string): Promise<TaxiiClient> {
  const client = await t.taxii.client({ name });
  if (client !== null) return client;
  throw new ExchangeError("taxii-unknown", `there is no client ${name}`, {
    fix: "List them: entente taxii client list.",
  });
}

async function collectionNamed(t: Transactor, name: string): Promise<TaxiiCollection> {
  const found = (await t.taxii.collections()).filter(({ id, alias, root }) =>
    [id, alias, `${root}/${alias}`].includes(name),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new ExchangeError("taxii-unknown", `there is no one collection ${name}`, {
    fix: "List them: entente taxii collection list; of several API roots, name it as ROOT/ALIAS.",
  });
}

function invalid(message: string, fix?: string): ExchangeError {
  return new ExchangeError("taxii-invalid", message, fix === undefined ? {} : { fix });
}
