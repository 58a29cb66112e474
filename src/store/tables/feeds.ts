export interface FeedTables {
  /** A standing exchange with one collection of a TAXII server. Credentials stand in the node's folder, not here. */
  feed: {
    name: string;
    url: string;
    root: string;
    collection: string;
    direction: "pull" | "push";
    /** `null`: only when somebody says so. */
    every_seconds: number | null;
    /** JSON list of marking ids given to what comes in. */
    markings: string;
    recipient: string | null;
    purpose: string | null;
    created_at: string;
    created_by: string;
    /** JSON: where a pull goes on. */
    position: string | null;
    next_run_at: string | null;
    last_run_at: string | null;
    last_error: string | null;
    objects: number;
    imported: number;
    unchanged: number;
    problems: number;
    sent: number;
    refused: number;
    withheld: number;
  };
  /** What a push has given, so that it is given once. */
  feed_sent: { feed: string; record_id: string; version: string; sent_at: string };
}
