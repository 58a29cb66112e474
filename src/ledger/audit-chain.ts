import { canonicalJson, sha256Hex, utf8 } from "#base";
import { leafHash } from "./merkle.ts";

/** What stands before the first entry of a chain. */
export const CHAIN_START = "0".repeat(64);

/** What an audit entry says: everything that its hashes cover. */
export interface ChainedEntry {
  readonly at: string;
  readonly actor: string;
  readonly verb: string;
  readonly subject: string;
  readonly detail: string;
}

const entryText = ({ at, actor, verb, subject, detail }: ChainedEntry): string =>
  canonicalJson({ actor, at, detail, subject, verb });

/** The leaf of an entry in the log's tree: RFC 6962 §2.1 over its RFC 8785 form. Its place is the tree's to say. */
export function entryLeaf(entry: ChainedEntry): Uint8Array {
  return leafHash(utf8(entryText(entry)));
}

/**
 * The hash that ties an entry to the one before: SHA-256 over a domain line, the hash before, the place and the entry.
 * @param previous hash of the entry before, hex; `CHAIN_START` for the first
 */
export function chainHash(previous: string, position: number, entry: ChainedEntry): string {
  return sha256Hex(`entente/audit/v1\n${previous}\n${position}\n${entryText(entry)}`);
}
