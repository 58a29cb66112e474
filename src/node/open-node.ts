import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { join, resolve } from "node:path";
import type { Clock } from "#base";
import { type ApiDeps, serveApp, type WebServer } from "#api";
import { type Access, type Audit, type AuditReading, createAccess, createAudit, createAuditReading } from "#access";
import {
  ageIdentity,
  createExchange,
  createFeeds,
  type Exchange,
  type ExchangeEvent,
  type Feeds,
  type Link,
  type Self,
  tlsPin,
} from "#exchange";
import { createIntake, type Intake, type Loader, stixLoader } from "#intake";
import { signingKey } from "#ledger";
import { designationType, ofacLoader, unLoader } from "#pillars/designations";
import { dialogueRoundType } from "#pillars/dialogues";
import { createSafeguards, type Safeguards } from "#safeguards";
import { coreTypes, type RecordType, TypeRegistry } from "#stix";
import { openPostgres, openSqlite, openStore, type Store } from "#store";
import { feedSecrets } from "./config/feed-secrets.ts";
import type { Home } from "./config/home.ts";
import { oidcProviders } from "./config/oidc.ts";

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
  readonly intake: Intake;
  readonly exchange: Exchange;
  readonly feeds: Feeds;
  readonly events: EventEmitter<{ exchange: [ExchangeEvent] }>;
  /** Opens the link to partners and starts delivery. */
  openLink(): Promise<Link>;
  /** Serves the workbench and its API. `wake` calls the delivery when something was approved. */
  serveWeb(wake: () => void): Promise<WebServer>;
  close(): Promise<void>;
}

const POLL_MS = 1000;

/** Of this software, as package.json has it. */
const VERSION = "0.1.0";

/** What the pillars bring: record types and loaders, as plain lists. */
const PILLAR_TYPES: readonly RecordType[] = [designationType, dialogueRoundType];
const PILLAR_LOADERS: readonly Loader[] = [ofacLoader, unLoader];

export async function openNode(home: Home, options: NodeOptions): Promise<EntenteNode> {
  const { config, secrets, folder } = home;
  const { clock, onError } = options;
  const party = config.party.id;
  const engine = config.store === "sqlite" ? openSqlite(join(folder, "entente.sqlite")) : openPostgres(config.store);
  const store = await openStore({ engine, party, clock });
  const registry = new TypeRegistry([...coreTypes, ...PILLAR_TYPES]);
  const self: Self = {
    id: party,
    name: config.party.name,
    key: signingKey(secrets.signingSeed),
    url: config.link.url,
    tlsPin: tlsPin(secrets.linkCert),
    purposes: config.party.purposes,
  };
  const events = new EventEmitter<{ exchange: [ExchangeEvent] }>();
  const exchange = createExchange({
    store,
    self,
    clock,
    registry,
    mediaIdentity: () => ageIdentity(secrets.signingSeed),
    witnessedLogs: config.witness?.logs ?? [],
    witnesses: config.witnesses ?? [],
    onEvent: (event) => events.emit("exchange", event),
  });
  const intake = createIntake({ store, party, clock, registry, loaders: [...PILLAR_LOADERS, stixLoader] });
  const audit = createAudit({ store, party, clock, key: self.key });
  audit.start(onError);
  const node: EntenteNode = {
    home,
    self,
    registry,
    store,
    access: createAccess({ store, party, clock, partyName: self.name, oidc: oidcProviders(home) }),
    audit,
    auditReading: createAuditReading({ store, party, publicKey: self.key.publicKey }),
    safeguards: createSafeguards({ store, party, clock, departures: exchange.departures }),
    intake,
    exchange,
    feeds: createFeeds({ store, self, clock, intake, secrets: feedSecrets(folder), holder: randomUUID() }),
    events,
    openLink: () =>
      exchange.open({
        identity: { key: secrets.linkKey, cert: secrets.linkCert },
        host: config.link.host,
        port: config.link.port,
        holder: randomUUID(),
        pollMs: POLL_MS,
        onError,
      }),
    serveWeb: (wake) => serveApp(webDeps(node, options, wake), config.web.host, config.web.port),
    async close() {
      await audit.close();
      await store.close();
    },
  };
  return node;
}

const WEB_ROOT = resolve(import.meta.dirname, "../../web/dist");

function webDeps(
  { store, self, access, audit, auditReading, safeguards, intake, exchange, events, home }: EntenteNode,
  { clock, onError }: NodeOptions,
  wake: () => void,
): ApiDeps {
  return {
    store,
    self,
    clock,
    access,
    audit,
    auditReading,
    web: home.config.web,
    safeguards,
    intake,
    exchange,
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
