import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { BaseError, type Instant, instantOf, isJsonObject, type JsonValue, parseInstant, parseJson } from "#base";
import { accept, type AcceptedRecord, type Finding, ONLY_VERSION, validateText } from "#stix";
import type { AppendResult, TaxiiCollection } from "#store";
import { type AddOutcome, type StatusDetail, statusResource } from "../taxii-server/index.ts";
import type { TaxiiCaller } from "./types.ts";
import type { TaxiiDeps } from "./types.ts";

/** Stands for a text so broken that it names nothing; the status must still speak of it. */
const NAMELESS = "unknown--00000000-0000-4000-8000-000000000000";
/** Objects read without letting others have their turn. */
const TURN = 500;
const MAX_MESSAGE = 500;

interface Read {
  readonly records: readonly AcceptedRecord[];
  readonly failures: readonly StatusDetail[];
}

/** Takes the objects of one envelope in one transaction: all that are good, or, when the store fails, none. */
export async function addObjects(
  deps: TaxiiDeps,
  { client, viewer }: TaxiiCaller,
  collection: TaxiiCollection,
  texts: readonly string[],
): Promise<AddOutcome> {
  const at = instantOf(deps.clock());
  const read = await readAll(deps, collection, texts, at);
  const source = `taxii--${collection.id}`;
  return deps.store.transact(viewer, async (t) => {
    for (const { type, id, text } of read.records)
      if (type === "marking-definition") await t.labels.addMarking(id, text, client.party);
    const results = await t.records.append(
      read.records.map((record) => ({ record, owner: client.party, assigned: collection.markings, source })),
    );
    const successes: StatusDetail[] = [];
    const failures = [...read.failures];
    for (const [n, { id, version }] of read.records.entries()) {
      const message = refusal(results[n]);
      if (message === null) successes.push({ id, version });
      else failures.push({ id, version, message });
    }
    await t.taxii.list(collection.number, successes);
    const outcome: AddOutcome = { id: randomUUID(), at, successes, failures };
    await t.taxii.keepStatus(outcome.id, client.id, collection.root, JSON.stringify(statusResource(outcome)));
    await t.audit.note("taxii.add", collection.id, {
      client: client.name,
      status: outcome.id,
      successes: successes.length,
      failures: failures.length,
    });
    return outcome;
  });
}

async function readAll(
  { registry }: TaxiiDeps,
  { strict, types }: TaxiiCollection,
  texts: readonly string[],
  now: Instant,
): Promise<Read> {
  const records: AcceptedRecord[] = [];
  const failures: StatusDetail[] = [];
  for (const [n, text] of texts.entries()) {
    if (n > 0 && n % TURN === 0) await setImmediate();
    const accepted = accept(text, registry, { now });
    if (!accepted.ok) {
      failures.push({ ...named(text), message: words(n, accepted.errors) });
      continue;
    }
    const { record } = accepted;
    const judged = strict ? validateText(text) : null;
    if (judged !== null && !judged.valid) {
      failures.push({ id: record.id, version: record.version, message: words(n, judged.errors) });
    } else if (types.length > 0 && !types.includes(record.type)) {
      const message = `object ${n}: this collection takes ${types.join(", ")} only`;
      failures.push({ id: record.id, version: record.version, message });
    } else records.push(record);
  }
  return { records, failures };
}

/** What a refused text says of itself, as far as it can be read. */
function named(text: string): { readonly id: string; readonly version: Instant } {
  let value: JsonValue = null;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
  }
  const { id, modified, created } = isJsonObject(value) ? value : {};
  return {
    id: typeof id === "string" && id !== "" ? id.slice(0, 300) : NAMELESS,
    version: instantOr(modified) ?? instantOr(created) ?? ONLY_VERSION,
  };
}

function instantOr(value: JsonValue | undefined): Instant | null {
  try {
    return typeof value === "string" ? parseInstant(value) : null;
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return null;
  }
}

function words(n: number, errors: readonly Finding[]): string {
  const all = errors.slice(0, 5).map(({ path, message }) => `${path === "" ? "" : `${path}: `}${message}`);
  const more = errors.length > 5 ? `; and ${errors.length - 5} more` : "";
  return `object ${n}: ${all.join("; ")}${more}`.slice(0, MAX_MESSAGE);
}

function refusal(result: AppendResult | undefined): string | null {
  switch (result) {
    case "added":
    case "unchanged":
      return null;
    case "conflict":
      return "this version is held already with other content; what was held is kept";
    default:
      // Whose it is, is not this client's to know.
      return "this id cannot be taken from this client";
  }
}
