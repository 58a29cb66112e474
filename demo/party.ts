import { randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { canonicalJson, CodedError, type JsonObject } from "#base";
import type { OfficerViewer } from "#access";
import type { Link } from "#exchange";
import type { Source } from "#intake";
import { createHome, type EntenteNode, type Home, openNode } from "#node";
import { handlingMarking, type HandlingTerms, type Role } from "#policy";
import { newId } from "#stix";
import type { ImportRun } from "#store";

export const PURPOSE = "prevention-of-terrorism";

export type Tell = (step: string, detail?: string) => void;

/** One side of the demonstration: a whole node in its own folder, and its officers. */
export interface Side {
  /** Another one after `reopen`. */
  node: EntenteNode;
  link: Link;
  readonly people: SideOptions["officers"];
  readonly officers: ReadonlyMap<Role, OfficerViewer>;
  as(role: Role): OfficerViewer;
}

/** The wanted port of this machine when nobody listens there, else one that is free. */
async function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => (wanted === 0 ? reject(error) : resolve(freePort())));
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

export interface SideOptions {
  readonly folder: string;
  readonly name: string;
  readonly purposes: readonly string[];
  readonly officers: readonly { readonly role: Role; readonly name: string; readonly email: string }[];
  /** Another is taken when this one is in use. */
  readonly webPort: number;
}

export async function openSide({ folder, name, purposes, officers, webPort }: SideOptions): Promise<Side> {
  const port = await freePort();
  const home = await createHome(
    folder,
    {
      party: { id: `identity--${randomUUID()}`, name, purposes: [...purposes] },
      link: { host: "127.0.0.1", port, url: `https://127.0.0.1:${port}` },
      web: { host: "127.0.0.1", port: await freePort(webPort) },
      store: "sqlite",
    },
    new Date(),
  );
  const node = await opened(home);
  const setup = { kind: "job", party: node.self.id, name: "demo", may: [] } as const;
  const held = new Map<Role, OfficerViewer>();
  for (const { role, ...person } of officers) {
    await node.access.addOfficer(setup, { ...person, roles: [role] });
    held.set(role, await node.access.asOfficer(person.email));
  }
  return {
    node,
    link: await node.openLink(),
    people: officers,
    officers: held,
    as(role) {
      const officer = held.get(role);
      if (officer === undefined) throw new Error(`no ${role} at ${name}`);
      return officer;
    },
  };
}

function opened(home: Home): Promise<EntenteNode> {
  return openNode(home, { clock: () => new Date(), onError: (error) => console.error(error) });
}

/** The same folder with another configuration, as after an edit of its config.json and a restart. */
export async function reopen(side: Side, change: Partial<Home["config"]>): Promise<void> {
  const { home } = side.node;
  await side.link.close();
  await side.node.close();
  side.node = await opened({ ...home, config: { ...home.config, ...change } });
  side.link = await side.node.openLink();
}

/** Makes handling terms as a marking of this side. @returns its id. */
export async function mark(side: Side, terms: Partial<HandlingTerms>): Promise<string> {
  const id = newId("marking-definition");
  const full: HandlingTerms = {
    originator: side.node.self.id,
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
    handlingMarking(full, { id, created: "2025-08-12T00:00:00.000000Z", createdBy: side.node.self.id }),
  );
  await side.node.store.transact(side.as("analyst"), (t) => t.labels.addMarking(id, text, side.node.self.id));
  return id;
}

export function fileSource(path: string): Source {
  return {
    name: basename(path),
    size: null,
    open: () => createReadStream(path),
    sibling: (name) => (existsSync(join(dirname(path), name)) ? fileSource(join(dirname(path), name)) : null),
  };
}

/** Keeps one object of this side's own making, through the same front door as every file. */
export async function keep(side: Side, object: JsonObject, markings: readonly string[]): Promise<ImportRun> {
  const text = JSON.stringify(object);
  const source: Source = {
    name: "desk.json",
    size: text.length,
    sibling: () => null,
    async *open() {
      yield Buffer.from(text);
    },
  };
  return side.node.intake.importFile(side.as("analyst"), { source, markings });
}

/** Waits until `check` holds, at most fifteen seconds. @throws Error that names what did not come. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`did not come within fifteen seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** Pairs two sides as their administrators would. `before`: what is done before anything is sent. @returns the channel. */
export async function pairSides(
  a: Side,
  b: Side,
  tell: Tell,
  before: (channel: string) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const [adminA, adminB] = [a.as("administrator"), b.as("administrator")];
  const invitation = await a.node.exchange.pairing.invite(adminA);
  const atB = await b.node.exchange.pairing.accept(adminB, invitation.text);
  const atA = await a.node.exchange.pairing.accept(adminA, atB.answer ?? "");
  await a.node.exchange.pairing.confirm(adminA, atA.channel.id, atB.fingerprint);
  await b.node.exchange.pairing.confirm(adminB, atB.channel.id, atA.fingerprint);
  await before(atA.channel.id);
  a.link.wake();
  b.link.wake();
  tell(`${a.node.self.name} and ${b.node.self.name} pair by two files and spoken digits`, atA.fingerprint);
  return atA.channel.id;
}

/** Why this was refused; empty when it was not. */
export async function refusalOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "";
  } catch (error) {
    if (error instanceof CodedError) return error.message;
    throw error;
  }
}
