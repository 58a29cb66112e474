import type { CollectionInfo, ManifestItem, PageAsk, PageFacts, StatusDetail, TaxiiPort } from "./index.ts";
import { statusResource } from "./index.ts";

interface Held {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly dateAdded: string;
  readonly text: string;
}

/** The smallest port that is one: one client, one collection, in memory. For examples and for tests of the protocol. */
export function memoryPort(token: string, now: () => Date): TaxiiPort<{ key: string; perMinute: number }> {
  const held: Held[] = [];
  const statuses = new Map<string, string>();
  const id = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
  const info: CollectionInfo = { id, title: "Box", description: "", alias: "box", canRead: true, canWrite: true };
  let micros = 0;

  function page(ask: PageAsk): PageFacts & { readonly items: readonly Held[] } {
    const sameId = (item: Held) => held.filter((other) => other.id === item.id).map((other) => other.version);
    const found = held.filter((item, n) => {
      const { versions } = ask;
      const all = sameId(item).toSorted();
      return (
        n >= Number(ask.from ?? 0) &&
        (ask.from !== null || ask.addedAfter === null || item.dateAdded > ask.addedAfter) &&
        (ask.ids === null || ask.ids.includes(item.id)) &&
        (ask.types === null || ask.types.includes(item.type)) &&
        (versions === "all" ||
          (versions.first && item.version === all[0]) ||
          (versions.last && item.version === all.at(-1)) ||
          versions.at.includes(item.version))
      );
    });
    const items = found.slice(0, ask.limit);
    const last = items.at(-1);
    const next = found.length > items.length && last !== undefined ? String(held.indexOf(last) + 1) : null;
    return { items, count: items.length, first: items[0]?.dateAdded ?? null, last: last?.dateAdded ?? null, next };
  }

  return {
    authenticate: (given) =>
      Promise.resolve(given.kind === "bearer" && given.token === token ? { key: "one", perMinute: 0 } : null),
    roots: () => Promise.resolve([{ name: "api", title: "Example", description: null }]),
    collections: (_, root) => Promise.resolve(root === "api" ? [info] : []),
    status: (_caller, _root, statusId) => Promise.resolve(statuses.get(statusId) ?? null),
    collection: (_, root, name) =>
      Promise.resolve(
        root === "api" && (name === id || name === "box")
          ? {
              info,
              objects: (ask, write) => {
                const { items, ...facts } = page(ask);
                const bodies = [Buffer.from(items.map((item) => item.text).join(","))];
                return Promise.resolve({ facts, bytes: write({ ...facts, bodies }) });
              },
              items: (ask) => {
                const { items, ...facts } = page(ask);
                const list: ManifestItem[] = items.map(({ id: one, version, dateAdded }) => ({
                  id: one,
                  version,
                  dateAdded,
                }));
                return Promise.resolve({ ...facts, items: list });
              },
              add: (texts) => {
                const [successes, failures]: [StatusDetail[], StatusDetail[]] = [[], []];
                for (const text of texts) {
                  try {
                    const object = JSON.parse(text) as { id: string; type: string; modified: string };
                    const version = `${object.modified.slice(0, 19)}.000000Z`;
                    const dateAdded = `${now().toISOString().slice(0, 20)}${String(micros++).padStart(6, "0")}Z`;
                    held.push({ id: object.id, type: object.type, version, dateAdded, text });
                    successes.push({ id: object.id, version });
                  } catch (error) {
                    failures.push({ id: "unknown", version: "1970-01-01T00:00:00.000000Z", message: String(error) });
                  }
                }
                const at = now().toISOString().replace("Z", "000Z");
                const outcome = { id: `s${statuses.size}`, at, successes, failures };
                statuses.set(outcome.id, JSON.stringify(statusResource(outcome)));
                return Promise.resolve(outcome);
              },
              remove: (ask) => {
                const { items } = page(ask);
                for (const item of items) held.splice(held.indexOf(item), 1);
                return Promise.resolve(items.length);
              },
            }
          : null,
      ),
  };
}
