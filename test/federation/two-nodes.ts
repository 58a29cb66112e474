import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "#base";
import type { OfficerViewer } from "#access";
import type { Link } from "#exchange";
import { createHome, type EntenteNode, type Home, openNode } from "#node";
import { handlingMarking, type HandlingTerms, type Role } from "#policy";
import { newId } from "#stix";
import { freshDatabase, testServer } from "../../src/store/testing.ts";

export const PURPOSE = "criminal-investigation";

/** A real node in a temporary folder, with the officers of the main story. */
export interface Party {
  /** Another one after a restart. */
  node: EntenteNode;
  readonly officers: Readonly<Record<"analyst" | "disclosure" | "administrator" | "overseer", OfficerViewer>>;
  readonly errors: unknown[];
  link: Link | null;
  /** Marks with these terms. @returns the marking's id. */
  mark(terms: Partial<HandlingTerms>): Promise<string>;
  /** Makes a record of this party. @returns its id. */
  record(object: Record<string, unknown> & { type: string }, markings: readonly string[]): Promise<string>;
  /** Sets this party's clock forward. */
  later(milliseconds: number): void;
  /** The same folder with another configuration, as after an edit of its config.json and a restart. */
  restart(change: Partial<Home["config"]>): Promise<void>;
  close(): Promise<void>;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Where a party's records may stand: a way to a fresh store, by the engine's name. */
export const stores: Readonly<Record<string, () => Promise<string>>> = {
  sqlite: () => Promise.resolve("sqlite"),
  ...(testServer === undefined ? {} : { postgres: () => freshDatabase() }),
};

export async function party(name: string, store = "sqlite", more: Partial<Home["config"]> = {}): Promise<Party> {
  const folder = mkdtempSync(join(tmpdir(), "entente-node-"));
  const port = await freePort();
  const home = await createHome(
    join(folder, "home"),
    {
      party: { id: `identity--${randomUUID()}`, name, purposes: [PURPOSE] },
      link: { host: "127.0.0.1", port, url: `https://127.0.0.1:${port}` },
      web: { host: "127.0.0.1", port: 0 },
      store,
      ...more,
    },
    new Date(),
  );
  const errors: unknown[] = [];
  let ahead = 0;
  const opened = (from: Home): Promise<EntenteNode> =>
    openNode(from, { clock: () => new Date(Date.now() + ahead), onError: (error) => errors.push(error) });
  const node = await opened(home);
  const setup = { kind: "job", party: node.self.id, name: "setup", may: [] } as const;
  const officer = async (role: Role): Promise<OfficerViewer> => {
    await node.access.addOfficer(setup, { name: role, email: `${role}@example.org`, roles: [role] });
    return node.access.asOfficer(`${role}@example.org`);
  };
  const officers = {
    analyst: await officer("analyst"),
    disclosure: await officer("disclosure-officer"),
    administrator: await officer("administrator"),
    overseer: await officer("overseer"),
  };
  const made: Party = {
    node,
    officers,
    errors,
    link: await node.openLink(),
    async mark(terms) {
      const id = newId("marking-definition");
      const full: HandlingTerms = {
        originator: made.node.self.id,
        releasableTo: [],
        noOnward: true,
        purposes: null,
        evidenceUse: "with-consent",
        caveats: [],
        reviewBy: null,
        expires: null,
        foreignCodes: [],
        ...terms,
      };
      const text = canonicalJson(
        handlingMarking(full, { id, created: "2025-08-01T00:00:00.000000Z", createdBy: made.node.self.id }),
      );
      await made.node.store.transact(officers.analyst, (t) => t.labels.addMarking(id, text, made.node.self.id));
      return id;
    },
    async record(object, markings) {
      const id = (object["id"] as string | undefined) ?? newId(object.type);
      const time = "2025-08-12T09:00:00.000Z";
      const text = JSON.stringify({ spec_version: "2.1", created: time, modified: time, ...object, id });
      const run = await made.node.intake.importFile(officers.analyst, {
        source: {
          name: "record.json",
          size: text.length,
          sibling: () => null,
          open: async function* open() {
            yield Buffer.from(text);
          },
        },
        markings,
      });
      if (run.imported !== 1)
        throw new Error(
          `not imported: ${JSON.stringify(await made.node.store.read(officers.analyst, (r) => r.imports.problems(run.id)))}`,
        );
      return id;
    },
    later(milliseconds) {
      ahead += milliseconds;
    },
    async restart(change) {
      await made.link?.close();
      await made.node.close();
      made.node = await opened({ ...made.node.home, config: { ...made.node.home.config, ...change } });
      made.link = await made.node.openLink();
    },
    async close() {
      await made.link?.close();
      await made.node.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return made;
}

/** Pairs two nodes as their administrators would. @returns the channel's id. */
export async function pair(a: Party, b: Party): Promise<string> {
  const invitation = await a.node.exchange.pairing.invite(a.officers.administrator);
  const atB = await b.node.exchange.pairing.accept(b.officers.administrator, invitation.text);
  const atA = await a.node.exchange.pairing.accept(a.officers.administrator, atB.answer ?? "");
  await a.node.exchange.pairing.confirm(a.officers.administrator, atA.channel.id, atB.fingerprint);
  await b.node.exchange.pairing.confirm(b.officers.administrator, atB.channel.id, atA.fingerprint);
  a.link?.wake();
  b.link?.wake();
  return atA.channel.id;
}

/** Waits until `check` gives something, at most ten seconds. */
export async function until<T>(what: string, check: () => Promise<T | null | false>): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = await check();
    if (found !== null && found !== false) return found;
    if (Date.now() > end) throw new Error(`not within ten seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Registers a basis, drafts, submits and approves, as the officers of this party. @returns the release's id. */
export async function release(
  from: Party,
  channel: string,
  records: readonly string[],
  change: object = {},
): Promise<string> {
  const partner = await from.node.store.read(from.officers.analyst, (r) => r.channels.get(channel));
  const basis = await from.node.safeguards.addBasis(from.officers.disclosure, {
    title: "Arrangement on counterterrorism cooperation",
    citation: "art. 4",
    purposes: [PURPOSE],
    parties: [partner?.partner ?? ""],
    validFrom: "2025-01-01T00:00:00.000000Z",
    validUntil: null,
  });
  const { release: draft } = await from.node.safeguards.draft(from.officers.analyst, {
    channel,
    title: "For the round of August",
    purpose: PURPOSE,
    necessity: "A shared case.",
    legalBasis: basis.id,
    reviewBy: `${new Date().getUTCFullYear() + 1}-06-01T00:00:00.000000Z`,
    records,
    ...change,
  });
  await from.node.safeguards.submit(from.officers.analyst, draft.id);
  await from.node.safeguards.approve(from.officers.disclosure, draft.id);
  from.link?.wake();
  return draft.id;
}
