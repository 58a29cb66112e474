import type { AccessTables } from "./tables/access.ts";
import type { ExchangeTables } from "./tables/exchange.ts";
import type { FeedTables } from "./tables/feeds.ts";
import type { OnwardTables } from "./tables/onward.ts";
import type { ListTables } from "./tables/lists.ts";
import type { RecordTables } from "./tables/records.ts";
import type { ReleaseTables } from "./tables/releases.ts";
import type { ScreeningTables } from "./tables/screening.ts";

/** Every table, as Kysely sees it. Times are `Instant` text, booleans 0 or 1, structured columns JSON text. */
export interface Database
  extends RecordTables, AccessTables, ReleaseTables, ExchangeTables, FeedTables, ScreeningTables {}
import type { TaxiiTables } from "./tables/taxii.ts";

/** Every table, as Kysely sees it. Times are `Instant` text, booleans 0 or 1, structured columns JSON text. */
export interface Database extends RecordTables, AccessTables, ReleaseTables, ExchangeTables, FeedTables, TaxiiTables {}
export interface Database extends RecordTables, AccessTables, ReleaseTables, ExchangeTables, FeedTables, OnwardTables {}
export interface Database extends RecordTables, AccessTables, ReleaseTables, ExchangeTables, FeedTables, ListTables {}
