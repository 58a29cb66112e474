import { type Clock, instantOf } from "#base";
import type { PartyId, Viewer } from "#policy";
import type { Engine, EngineName, Tx } from "./engine/engine.ts";
import { StoreError } from "./errors.ts";
import { migrate } from "./migrations/index.ts";
import { auditRepo, type AuditReader, type AuditWriter } from "./repos/audit.ts";
import type { RepoContext } from "./repos/context.ts";
import { channelRepo, type ChannelReader, type ChannelWriter } from "./repos/channels.ts";
import { credentialRepo, type CredentialReader, type CredentialWriter } from "./repos/credentials.ts";
import { cosignatureRepo, type CosignatureReader, type CosignatureWriter } from "./repos/cosignatures.ts";
import { feedRepo, type FeedReader, type FeedWriter } from "./repos/feeds.ts";
import { importRepo, type ImportReader, type ImportWriter } from "./repos/imports.ts";
import { labelRepo, type LabelReader, type LabelWriter } from "./repos/labels.ts";
import { listRepo, type ListReader, type ListWriter } from "./repos/lists.ts";
import { officerRepo, type OfficerReader, type OfficerWriter } from "./repos/officers.ts";
import { onwardRepo, type OnwardReader, type OnwardWriter } from "./repos/onward.ts";
import { parcelRepo, type ParcelReader, type ParcelWriter } from "./repos/parcels.ts";
import { partyKeyRepo, type PartyKeyReader, type PartyKeyWriter } from "./repos/party-keys.ts";
import { recordRepo, type RecordReader, type RecordWriter } from "./repos/records.ts";
import { releaseRepo, type ReleaseReader, type ReleaseWriter } from "./repos/releases.ts";
import { redressRepo, type RedressReader, type RedressWriter } from "./repos/redress.ts";
import { safeguardRepo, type SafeguardReader, type SafeguardWriter } from "./repos/safeguards.ts";
import { screeningRepo, type ScreeningReader, type ScreeningWriter } from "./repos/screening.ts";
import { settingRepo, type SettingReader, type SettingWriter } from "./repos/settings.ts";
import { taxiiRepo, type TaxiiReader, type TaxiiWriter } from "./repos/taxii.ts";
import { treeRepo, type TreeReader, type TreeWriter } from "./repos/trees.ts";

export interface Reader {
  readonly records: RecordReader;
  readonly labels: LabelReader;
  readonly imports: ImportReader;
  readonly audit: AuditReader;
  readonly settings: SettingReader;
  readonly officers: OfficerReader;
  readonly releases: ReleaseReader;
  readonly channels: ChannelReader;
  readonly parcels: ParcelReader;
  readonly trees: TreeReader;
  readonly cosignatures: CosignatureReader;
  readonly feeds: FeedReader;
  readonly keys: PartyKeyReader;
  readonly screening: ScreeningReader;
  readonly credentials: CredentialReader;
  readonly taxii: TaxiiReader;
  readonly onward: OnwardReader;
  readonly lists: ListReader;
  readonly safeguards: SafeguardReader;
  readonly redress: RedressReader;
}

export interface Transactor extends Reader {
  readonly records: RecordWriter;
  readonly labels: LabelWriter;
  readonly imports: ImportWriter;
  readonly audit: AuditWriter;
  readonly settings: SettingWriter;
  readonly officers: OfficerWriter;
  readonly releases: ReleaseWriter;
  readonly channels: ChannelWriter;
  readonly parcels: ParcelWriter;
  readonly trees: TreeWriter;
  readonly cosignatures: CosignatureWriter;
  readonly feeds: FeedWriter;
  readonly keys: PartyKeyWriter;
  readonly screening: ScreeningWriter;
  readonly credentials: CredentialWriter;
  readonly taxii: TaxiiWriter;
  readonly onward: OnwardWriter;
  readonly lists: ListWriter;
  readonly safeguards: SafeguardWriter;
  readonly redress: RedressWriter;
}

/** The port. What a viewer may not see is not there: every read of a record is filtered by policy's predicate. */
export interface Store {
  readonly engine: EngineName;
  read<T>(viewer: Viewer, fn: (reader: Reader) => Promise<T>): Promise<T>;
  /** Commits when `fn` resolves; rolls back, whole, when it throws. */
  transact<T>(actor: Viewer, fn: (transactor: Transactor) => Promise<T>): Promise<T>;
  /**
   * Writes a whole copy of the store into a new file, while others go on writing.
   * @throws StoreError `backup-elsewhere` on PostgreSQL, which has its own ways.
   */
  backup(file: string, onProgress?: (part: number) => void): Promise<void>;
  /** Leaves nothing of what was deleted in files beside the store (SQLite's write-ahead log); others may go on writing. @returns false when it has to be tried again. */
  scrub(): Promise<boolean>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly engine: Engine;
  /** Whose node this is. */
  readonly party: PartyId;
  readonly clock: Clock;
}

/** Opens the store over an engine and brings its schema to this version. */
export async function openStore({ engine, party, clock }: StoreOptions): Promise<Store> {
  await migrate(engine);

  async function inside<T>(tx: Tx, viewer: Viewer, fn: (transactor: Transactor) => Promise<T>): Promise<T> {
    const now = instantOf(clock());
    let open = true;
    const guarded: Tx = new Proxy(tx, {
      get(target, key, receiver) {
        if (!open) {
          throw new StoreError("transaction-over", "a reader or writer was used after its transaction ended", {
            fix: "Await everything inside the function given to read or transact.",
          });
        }
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    const context: RepoContext = {
      tx: guarded,
      viewer,
      party,
      now,
      policyContext: (extra = {}) => ({ now, party, ...extra }),
    };
    const labels = labelRepo(context);
    try {
      return await fn({
        labels,
        records: recordRepo(context, labels),
        imports: importRepo(context),
        audit: auditRepo(context),
        settings: settingRepo(context),
        officers: officerRepo(context),
        releases: releaseRepo(context),
        channels: channelRepo(context),
        parcels: parcelRepo(context),
        trees: treeRepo(context),
        cosignatures: cosignatureRepo(context),
        feeds: feedRepo(context),
        keys: partyKeyRepo(context),
        screening: screeningRepo(context),
        credentials: credentialRepo(context),
        taxii: taxiiRepo(context, labels),
        onward: onwardRepo(context),
        lists: listRepo(context),
        safeguards: safeguardRepo(context),
        redress: redressRepo(context),
      });
    } finally {
      open = false;
    }
  }

  return {
    engine: engine.name,
    read: (viewer, fn) => engine.reading((tx) => inside(tx, viewer, fn)),
    transact: (actor, fn) => engine.writing((tx) => inside(tx, actor, fn)),
    async backup(file, onProgress = () => undefined) {
      if (engine.backup === null) {
        throw new StoreError("backup-elsewhere", "a store on PostgreSQL is not copied by Entente", {
          fix: "Use pg_dump or your server's own backup, and keep config.json and keys.json beside it. After a restore run: entente restore --in-place",
        });
      }
      await engine.backup(file, onProgress);
    },
    scrub: () => engine.scrub(),
    close: () => engine.close(),
  };
}
