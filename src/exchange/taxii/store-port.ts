import { sha256Hex } from "#base";
import type { Viewer } from "#policy";
import type { Reader, TaxiiAsk, TaxiiClient, TaxiiCollection, TaxiiGrant, TaxiiPage, TaxiiView } from "#store";
import type {
  CollectionInfo,
  OpenCollection,
  PageAsk,
  PageFacts,
  PresentedCredentials,
  RootInfo,
  TaxiiPort,
} from "../taxii-server/index.ts";
import { addObjects } from "./add.ts";
import { pageCache } from "./page-cache.ts";
import { passwordCheck } from "./secrets.ts";
import type { TaxiiCaller, TaxiiDeps } from "./types.ts";

export const DEFAULT_ROOT = "default";
const CACHE_BYTES = 128 * 1024 * 1024;
const MAX_VIEWS = 1000;

/** The TAXII server's port over the store: what a client may read is what the decision allows its party, nothing else. */
export function storePort(deps: TaxiiDeps): TaxiiPort<TaxiiCaller> {
  const { store, self } = deps;
  const job: Viewer = { kind: "job", party: self.id, name: "taxii", may: [] };
  const check = passwordCheck();
  const pages = pageCache(deps.cacheBytes ?? CACHE_BYTES);
  const views = new Map<string, { readonly view: TaxiiView; readonly key: string }>();

  async function authenticate(credentials: PresentedCredentials): Promise<TaxiiCaller | null> {
    const by =
      credentials.kind === "basic" ? { name: credentials.username } : { tokenHash: sha256Hex(credentials.token) };
    const found = await store.read(job, (r) => r.taxii.client(by));
    const client = found?.revokedAt === null ? found : null;
    if (credentials.kind === "basic" && !(await check(credentials.password, client?.password ?? null))) return null;
    return client === null ? null : callerOf(client, self.id);
  }

  async function viewOf(r: Reader, caller: TaxiiCaller, epoch: number) {
    const labels = await r.taxii.labels(caller.terms);
    const mark = JSON.stringify([epoch, caller.viewer, caller.terms, labels]);
    const kept = views.get(mark);
    if (kept !== undefined) return kept;
    const view = await r.taxii.view(labels, caller.terms);
    const made = { view, key: sha256Hex(JSON.stringify(view)) };
    if (views.size >= MAX_VIEWS) views.clear();
    views.set(mark, made);
    return made;
  }

  function open(caller: TaxiiCaller, collection: TaxiiCollection, grant: TaxiiGrant): OpenCollection {
    return {
      info: infoOf(collection, grant),
      objects: (ask, write) =>
        store.read(caller.viewer, async (r) => {
          const epoch = await r.taxii.epoch();
          const { view, key } = await viewOf(r, caller, epoch);
          const mark = JSON.stringify([epoch, collection.number, key, ask]);
          const kept = pages.get(mark);
          if (kept !== null) return kept;
          const page = await r.taxii.objects(storeAsk(collection, view, ask));
          const facts = factsOf(page);
          const written = { facts, bytes: write({ ...facts, bodies: page.bodies }) };
          // A full page with more behind it stays what it is until the epoch says otherwise: new objects come after it.
          if (facts.next !== null && facts.count === ask.limit) pages.keep(mark, written);
          return written;
        }),
      items: (ask) =>
        store.read(caller.viewer, async (r) => {
          const { view } = await viewOf(r, caller, await r.taxii.epoch());
          const page = await r.taxii.items(storeAsk(collection, view, ask));
          return { ...factsOf(page), items: page.items };
        }),
      add: (texts) => addObjects(deps, caller, collection, texts),
      remove: (ask) =>
        store.transact(caller.viewer, async (t) => {
          const view = await t.taxii.view(await t.taxii.labels(caller.terms), caller.terms);
          const gone = await t.taxii.unlist(storeAsk(collection, view, { ...ask, limit: 1000 }));
          if (gone > 0)
            await t.audit.note("taxii.remove", collection.id, {
              client: caller.client.name,
              object: ask.ids?.[0] ?? "",
              versions: gone,
            });
          return gone;
        }),
    };
  }

  return {
    authenticate,
    roots: (caller) =>
      store.read(job, async (r) => {
        const granted = await grantedTo(r, caller);
        const names = new Set([DEFAULT_ROOT, ...granted.map(({ collection }) => collection.root)]);
        return [...names].map((name): RootInfo => ({ name, title: self.name, description: null }));
      }),
    collections: (caller, root) =>
      store.read(job, async (r) =>
        (await grantedTo(r, caller))
          .filter(({ collection }) => collection.root === root)
          .map(({ collection, grant }) => infoOf(collection, grant)),
      ),
    collection: (caller, root, name) =>
      store.read(job, async (r) => {
        const collection = await r.taxii.collection(root, name);
        const grant = collection === null ? null : await r.taxii.grant(collection.number, caller.client.id);
        return collection === null || grant === null || !(grant.read || grant.write)
          ? null
          : open(caller, collection, grant);
      }),
    status: (caller, root, id) => store.read(job, (r) => r.taxii.status(id, caller.client.id, root)),
  };
}

function callerOf(client: TaxiiClient, party: string): TaxiiCaller {
  const own = client.party === party;
  return {
    key: client.id,
    perMinute: client.perMinute,
    client,
    viewer: own
      ? { kind: "officer", party, officer: `taxii:${client.name}`, roles: client.roles }
      : { kind: "partner", party: client.party },
    terms: own || client.purpose === null ? {} : { purpose: client.purpose },
  };
}

async function grantedTo(r: Reader, { client }: TaxiiCaller) {
  const collections = new Map((await r.taxii.collections()).map((item) => [item.number, item]));
  return (await r.taxii.granted(client.id)).flatMap(({ collection: number, grant }) => {
    const collection = collections.get(number);
    return collection === undefined || !(grant.read || grant.write) ? [] : [{ collection, grant }];
  });
}

function infoOf({ id, title, description, alias, kind }: TaxiiCollection, { read, write }: TaxiiGrant): CollectionInfo {
  return { id, title, description, alias, canRead: read, canWrite: write && kind === "listed" };
}

function storeAsk(collection: TaxiiCollection, view: TaxiiView, ask: PageAsk): TaxiiAsk {
  return { ...ask, from: ask.from === null ? null : Number(ask.from), collection, view };
}

function factsOf({ count, first, last, next }: TaxiiPage): PageFacts {
  return { count, first, last, next: next === null ? null : String(next) };
}
