import { BaseError, isJsonObject, type JsonObject, type JsonValue, parseJson } from "#base";
import { readObjects } from "#stix";
import type { Loaded, Loader } from "../loader.ts";
import { EventReader } from "./event-reader.ts";
import { objectsOf } from "./read.ts";

/** One event is in memory at a time; a larger one is told and passed over. */
const MAX_EVENT = 64 * 1024 * 1024;

const WRAPPED = /^\s*(?:\[\s*)?\{\s*"(?:Event|response)"\s*:/;
const BARE = /^\s*(?:\[\s*)?\{\s*"[A-Za-z_]+"\s*:/;

/** MISP's core format: what a search answers, a list, one event, a feed's event file, or one event a line. */
export const mispLoader: Loader = {
  name: "misp",
  title: "MISP events (core format JSON)",
  sniff(head) {
    const text = new TextDecoder().decode(head).replace(/^\uFEFF/, "");
    if (WRAPPED.test(text)) return true;
    return (
      BARE.test(text) &&
      /"info"\s*:/.test(text) &&
      /"(?:threat_level_id|analysis|orgc_id|Orgc)"\s*:/.test(text) &&
      !/"spec_version"\s*:/.test(text)
    );
  },
  async *load(source, { party, signal }) {
    for await (const item of readObjects(source.open(), { maxObject: MAX_EVENT, member: "response" })) {
      if (signal.aborted) return;
      const place = `event ${item.index}, byte ${item.offset}`;
      if (item.kind === "problem") yield { kind: "problem", place, code: item.code, message: item.message };
      else yield* readText(item.text, place, party, signal);
    }
  },
};

function* readText(text: string, place: string, party: string, signal: AbortSignal): Generator<Loaded> {
  let value: JsonValue;
  try {
    value = parseJson(text, { maxLength: MAX_EVENT });
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    yield { kind: "problem", place, code: error.code, message: error.message };
    return;
  }
  const events = eventsOf(value);
  if (events.length === 0) yield { kind: "problem", place, code: "no-event", message: "there is no MISP event here" };
  for (const [n, { event, pointer }] of events.entries()) {
    const where = events.length === 1 ? place : `${place}, event ${n} of it`;
    for (const loaded of new EventReader(event, `${where}${pointer}`, party).read()) {
      if (signal.aborted) return;
      yield loaded;
    }
  }
}

/** Whatever stands around an event: `{"Event":…}`, `{"response":{"Event":…}}`, or nothing. */
function eventsOf(value: JsonValue): readonly { readonly event: JsonObject; readonly pointer: string }[] {
  if (!isJsonObject(value)) return [];
  const { Event: inner, response } = value;
  if (isJsonObject(inner)) return [{ event: inner, pointer: "/Event" }];
  if (isJsonObject(response))
    return eventsOf(response).map(({ event, pointer }) => ({ event, pointer: `/response${pointer}` }));
  if (Array.isArray(response)) return objectsOf(response).flatMap(eventsOf);
  return value["info"] !== undefined || value["Attribute"] !== undefined ? [{ event: value, pointer: "" }] : [];
}
