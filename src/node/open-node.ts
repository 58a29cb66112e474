import { hkdfSync, randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Clock, instantOf } from "#base";
import { type ApiDeps, serveApp, type WebServer } from "#api";
import { type Access, type Audit, type AuditReading, createAccess, createAudit, createAuditReading } from "#access";
import {
  ageIdentity,
  awaitedKeyChanges,
  createExchange,
  createFeeds,
  createTaxii,
  DEFAULT_CADENCE,
  type Exchange,
  type ExchangeEvent,
  type Feeds,
  type Link,
  type LinkIdentity,
  listenTaxii,
  type Self,
  SIGNING_KEY,
  type Taxii,
  type TaxiiListener,
  tlsPin,
  type Witnessing,
} from "#exchange";
import { createIntake, type Intake, type Loader, mispLoader, stixLoader } from "#intake";
import { signingKey } from "#ledger";
import { createDialogues, type Dialogues, dialogueTypes } from "#pillars/dialogues";
import {
  actTypes,
  createRegistry,
  createScreening,
  designationType,
  listLoaders,
  type Registry,
  type Screening,
} from "#pillars/designations";
import {
  createErrorReports,
  createRedress,
  createRetention,
  createRisks,
  createSafeguards,
  type ErrorReports,
  legalHoldOn,
  type Redress,
  type Retention,
  type Risks,
  type Safeguards,
} from "#safeguards";
import { coreTypes, type RecordType, TypeRegistry } from "#stix";
import { openPostgres, openSqlite, openStore, type Store } from "#store";
import { feedSecrets } from "./config/feed-secrets.ts";
import type { Home } from "./config/home.ts";
import { oidcProviders } from "./config/oidc.ts";
import { type CurrentKeys, currentKeys } from "./config/secrets.ts";

export interface NodeOptions {
  readonly clock: Clock;
  /** Failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

/** One party's node, wired: each service has only what it uses. */
export interface EntenteNode {
  readonly home: Home;
  readonly self: Self;
  readonly registry: TypeRegistry;
  readonly store: Store;
  readonly access: Access;
  readonly audit: Audit;
  readonly auditReading: AuditReading;
  readonly safeguards: Safeguards;
  readonly risks: Risks;
  readonly retention: Retention;
  readonly redress: Redress;
  readonly errorReports: ErrorReports;
  readonly intake: Intake;
  readonly exchange: Exchange;
  readonly feeds: Feeds;
  readonly screening: Screening;
  readonly taxii: Taxii;
  readonly dialogues: Dialogues;
  readonly lists: Registry;
  readonly events: EventEmitter<{ exchange: [ExchangeEvent] }>;
  /** Opens the link to partners and starts delivery. */
  openLink(): Promise<Link>;
  /** The age identities (age-encryption.org/v1) of this party's keys: with them the `age` command opens files sealed for it. */
  ageIdentities(): Promise<readonly string[]>;
  /** Asks this node's witnesses to cosign its logs, once; the open link does so every minute. */
  askWitnesses(): Promise<readonly Witnessing[]>;
  /** Serves the workbench and its API. `wake` calls the delivery when something was approved. */
  serveWeb(wake: () => void): Promise<WebServer>;
  /** Serves TAXII on its own listener, where the configuration names one. */
  serveTaxii(): Promise<TaxiiListener | null>;
  close(): Promise<void>;
}

const POLL_MS = 1000;

/** Of this software, as package.json has it. */
const VERSION = "0.1.0";

/** What the pillars bring: record types and loaders, as plain lists. */
const PILLAR_TYPES: readonly RecordType[] = [designationType, ...actTypes.map(([type]) => type), ...dialogueTypes];
const PILLAR_LOADERS: readonly Loader[] = [...listLoaders];

export async function openNode(home: Home, options: NodeOptions): Promise<EntenteNode> {
  const { config, folder } = home;
  const { clock, onError } = options;
  const party = config.party.id;
  const engine =
    config.store === "sqlite"
      ? openSqlite(join(folder, "entente.sqlite"), config.maxStoreBytes)
      : openPostgres(config.store);
  const store = await openStore({ engine, party, clock });
  const registry = new TypeRegistry([...coreTypes, ...PILLAR_TYPES]);
  const keys = await openKeys(store, home, clock);
  const self: Self = {
    id: party,
    name: config.party.name,
    key: signingKey(keys.current.signingSeed),
    previous: keys.overlapping.map((set) => signingKey(set.signingSeed)),
    url: config.link.url,
    tlsPin: tlsPin(keys.current.linkCert),
    purposes: config.party.purposes,
  };
  const events = new EventEmitter<{ exchange: [ExchangeEvent] }>();
  const ageIdentities = () =>
    Promise.all([keys.current, ...keys.overlapping].map(({ signingSeed }) => ageIdentity(signingSeed)));
  const exchange = createExchange({
    store,
    self,
    clock,
    registry,
    mediaIdentities: ageIdentities,
    witnessedLogs: config.witness?.logs ?? [],
    witnesses: config.witnesses ?? [],
    legalHold: legalHoldOn(clock),
    cadence: cadenceOf(config),
    onEvent: (event) => events.emit("exchange", event),
  });
  const intake = createIntake({ store, party, clock, registry, loaders: [...PILLAR_LOADERS, mispLoader, stixLoader] });
  const safeguards = createSafeguards({ store, party, clock, departures: exchange.departures });
  const audit = createAudit({ store, party, clock, key: self.key });
  audit.start(onError);
  /** Closed once, however often it is asked for. */
  let closed: Promise<void> | undefined;
  const node: EntenteNode = {
    home,
    self,
    registry,
    store,
    access: createAccess({ store, party, clock, partyName: self.name, oidc: oidcProviders(home) }),
    audit,
    auditReading: createAuditReading({ store, party, keys: folderKeys(home) }),
    safeguards,
    risks: createRisks({ store, clock }),
    retention: createRetention({ store, clock }),
    redress: createRedress({
      store,
      party,
      clock,
      safeguards,
      erasing: exchange.takeBack,
      ...(config.redress === undefined ? {} : { deadlines: config.redress }),
    }),
    errorReports: createErrorReports({ store, clock, recalling: exchange.takeBack }),
    intake,
    exchange,
    feeds: createFeeds({ store, self, clock, intake, secrets: feedSecrets(folder), holder: randomUUID() }),
    screening: createScreening({ store }),
    taxii: createTaxii({ store, self, clock, registry, onError, pageKey: pageKey(keys.current.signingSeed) }),
    dialogues: createDialogues({ store, self, clock, registry }),
    lists: createRegistry({
      store,
      party,
      partyName: config.party.name,
      clock,
      registry,
      folder: join(folder, "lists"),
    }),
    events,
    openLink: async () =>
      exchange.open({
        identity: await linkIdentity(store, self, keys),
        callWith: () => linkIdentity(store, self, keys),
        others: [keys.current, ...keys.overlapping].map(({ linkKey: key, linkCert: cert }) => ({ key, cert })),
        host: config.link.host,
        port: config.link.port,
        holder: randomUUID(),
        pollMs: POLL_MS,
        ...(config.link.timeoutSeconds === undefined ? {} : { timeoutMs: config.link.timeoutSeconds * 1000 }),
        onError,
      }),
    ageIdentities,
    askWitnesses: async () => exchange.askWitnesses(await linkIdentity(store, self, keys)),
    serveWeb: (wake) => serveApp(webDeps(node, options, wake), config.web.host, config.web.port),
    serveTaxii: () => serveTaxii(node),
    close() {
      closed ??= audit.close().then(() => store.close());
      return closed;
    },
  };
  return node;
}

/** The keys that sign now: as the store names them; the first start names them there. */
async function openKeys(store: Store, { config, secrets }: Home, clock: Clock): Promise<CurrentKeys> {
  const job = { kind: "job", party: config.party.id, name: "keys", may: [] } as const;
  const named = await store.read(job, (r) => r.settings.get(SIGNING_KEY));
  const keys = currentKeys(secrets, named, instantOf(clock()));
  const key = signingKey(keys.current.signingSeed);
  const awaited = await store.read(job, (r) => awaitedKeyChanges(r, { id: config.party.id, key }));
  // Whoever has not heard of the change knows the old keys alone, however long ago the overlap ended.
  if (awaited.length > 0) return currentKeys(secrets, named, "");
  if (named === null) {
    const { publicKey } = signingKey(keys.current.signingSeed);
    await store.transact(job, (t) => t.settings.set(SIGNING_KEY, publicKey));
  }
  return keys;
}

/** The public keys of this folder. What the store names does not count: whoever changed the audit there could name a key too. */
function folderKeys({ secrets }: Home): readonly string[] {
  return [secrets, ...(secrets.retired ?? [])].map(({ signingSeed }) => signingKey(signingSeed).publicKey);
}

/** The link's key: the one that was replaced, until every partner has heard of the new one. */
async function linkIdentity(store: Store, self: Self, { current, overlapping }: CurrentKeys): Promise<LinkIdentity> {
  const job = { kind: "job", party: self.id, name: "keys", may: [] } as const;
  const awaited = await store.read(job, (r) => awaitedKeyChanges(r, self));
  const known = awaited.length > 0 ? (overlapping[0] ?? current) : current;
  return { key: known.linkKey, cert: known.linkCert };
}

/** Signs page marks of the TAXII server: every process of the party has the same. */
function pageKey(signingSeed: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", Buffer.from(signingSeed, "base64"), "", "entente taxii page marks", 32));
}

/** The TAXII server as the configuration has it. */
function taxiiApp({ taxii, home }: EntenteNode): ReturnType<Taxii["serve"]> {
  const { url, contact, maxContentLength } = home.config.taxii ?? {};
  return taxii.serve({
    ...(url === undefined ? {} : { publicUrl: url }),
    ...(contact === undefined ? {} : { contact }),
    ...(maxContentLength === undefined ? {} : { maxContentLength }),
  });
}

async function serveTaxii(node: EntenteNode): Promise<TaxiiListener | null> {
  const { folder, config } = node.home;
  const own = config.taxii?.listen;
  if (own === undefined) return null;
  const read = (file: string): string => readFileSync(resolve(folder, file), "utf8");
  const tls = own.key === undefined || own.cert === undefined ? null : { key: read(own.key), cert: read(own.cert) };
  return listenTaxii(taxiiApp(node), own.host, own.port, tls);
}

function cadenceOf({ checkpoints }: Home["config"]): typeof DEFAULT_CADENCE {
  const { everyMs, padTo, idle } = DEFAULT_CADENCE;
  const seconds = checkpoints?.everySeconds;
  return {
    everyMs: seconds === undefined ? everyMs : seconds * 1000,
    padTo: checkpoints?.padTo ?? padTo,
    idle: checkpoints?.idle ?? idle,
  };
}

const WEB_ROOT = resolve(import.meta.dirname, "../../web/dist");

function webDeps(node: EntenteNode, { clock, onError }: NodeOptions, wake: () => void): ApiDeps {
  const { store, self, access, audit, auditReading, safeguards, intake, lists, exchange, dialogues, events, home } =
    node;
  const { risks, retention, redress, errorReports } = node;
  return {
    taxii: home.config.taxii?.listen === undefined ? taxiiApp(node) : null,
    store,
    self,
    clock,
    access,
    audit,
    auditReading,
    web: home.config.web,
    safeguards,
    risks,
    retention,
    redress,
    errorReports,
    intake,
    lists,
    exchange,
    dialogues,
    wake,
    onError,
    version: VERSION,
    webRoot: WEB_ROOT,
    subscribe(listener) {
      const heard = (event: ExchangeEvent): void => listener(event.kind);
      events.on("exchange", heard);
      return () => events.off("exchange", heard);
    },
  };
}
