import { BaseError, isJsonObject, type JsonObject, type JsonValue, parseJson } from "#base";
import type { Finding } from "../accept.ts";
import { type ReadItem, type ReadLimits, readObjects } from "../read-objects.ts";
import { checkEnvelope, checkTranslations, ObjectSet } from "./bundle.ts";
import { findDuplicateMember } from "./duplicates.ts";
import { checkObject } from "./object.ts";
import { EnvelopeReader } from "./read-envelope.ts";
import { Report, type ValidateOptions, type Validation } from "./report.ts";

export interface StreamValidation extends Validation {
  /** Objects that were read. */
  readonly objects: number;
}

const FILE_LEVEL = new Set(["truncated", "empty"]);
/** Findings of one object that are looked at. */
const PER_OBJECT = 100;
/** Characters of objects that are kept so that translations can be held against what they translate. */
const MAX_KEPT = 16 * 1024 * 1024;

/**
 * Validates the objects of a bundle, a JSON list, a single object or JSON lines as they go by, and the bundle that holds them.
 * Memory is bounded by one object and by the ids that are remembered. Paths start at the file's top value; for JSON lines at the line.
 */
export async function validateStream(
  chunks: AsyncIterable<Uint8Array>,
  options: ValidateOptions & ReadLimits = {},
): Promise<StreamValidation> {
  const envelope = new EnvelopeReader();
  const work = new StreamWork(options);
  for await (const item of readObjects(
    tap(chunks, envelope),
    options.maxObject === undefined ? {} : { maxObject: options.maxObject },
  ))
    work.take(item, envelope);
  return work.end(envelope);
}

async function* tap(chunks: AsyncIterable<Uint8Array>, envelope: EnvelopeReader): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    envelope.push(chunk);
    yield chunk;
  }
}

class StreamWork {
  readonly #options: ValidateOptions;
  readonly #set = new ObjectSet();
  readonly #errors: { readonly index: number | null; readonly finding: Finding }[] = [];
  readonly #warnings: { readonly index: number | null; readonly finding: Finding }[] = [];
  readonly #max: number;
  #more = 0;
  #count = 0;
  #failed = false;
  #warned = false;
  /** The file is one bundle without a list of objects, and was read as an object. */
  #bare = false;
  /** The texts so far; null once there are too many. */
  #kept: { readonly index: number; readonly id: JsonValue | undefined; readonly text: string }[] | null = [];
  #keptLength = 0;
  /** What the translations in the file translate. */
  readonly #translated = new Set<JsonValue>();

  constructor(options: ValidateOptions) {
    this.#options = { ...options, maxFindings: PER_OBJECT };
    this.#max = options.maxFindings ?? 1000;
  }

  take(item: ReadItem, envelope: EnvelopeReader): void {
    if (item.kind === "problem") {
      this.#error(FILE_LEVEL.has(item.code) ? null : item.index, {
        path: "",
        code: item.code,
        message: item.message,
        section: "1.2.10",
      });
      return;
    }
    this.#count++;
    let value: JsonValue;
    try {
      value = parseJson(item.text, { maxLength: 64 * 1024 * 1024 });
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      this.#error(item.index, {
        path: error.where?.startsWith("/") === true ? error.where : "",
        code: error.code,
        message: error.message,
        section: "1.2.10",
      });
      return;
    }
    const at = new Report(isJsonObject(value) ? value : {}, this.#options);
    const duplicate = findDuplicateMember(item.text, value);
    if (duplicate !== null)
      at.error(
        "duplicate-member",
        "a name stands twice in one object; readers differ in which they take",
        "2.3",
        ...duplicate,
      );
    if (isJsonObject(value) && value["type"] === "bundle" && item.offset === envelope.start) {
      this.#bare = true;
      checkEnvelope(value, at);
    } else {
      checkObject(value, at);
      if (isJsonObject(value)) {
        this.#set.add(value, item.text, at);
        this.#keep(item.index, value, item.text);
      }
    }
    this.#collect(item.index, at.result());
  }

  end(envelope: EnvelopeReader): StreamValidation {
    const bundle = this.#bare ? null : readEnvelope(envelope);
    const inBundle = bundle !== null && Array.isArray(bundle["objects"]);
    if (inBundle) {
      const at = new Report(bundle, this.#options);
      checkEnvelope(bundle, at);
      const found = at.result();
      if (bundle["objects"] !== undefined && this.#count === 0) this.#dropEmpty();
      this.#collect(null, found);
    }
    this.#mirror();
    const prefix = (index: number | null): string => {
      if (index === null || this.#bare) return "";
      if (inBundle) return `/objects/${index}`;
      return envelope.top === "list" || (envelope.top === "object" && envelope.more) ? `/${index}` : "";
    };
    const placed = ({ index, finding }: { readonly index: number | null; readonly finding: Finding }): Finding => ({
      ...finding,
      path: `${prefix(index)}${finding.path}`,
    });
    const valid = !this.#failed && (this.#options.strict !== true || !this.#warned);
    return {
      valid,
      errors: this.#errors.map(placed),
      warnings: this.#warnings.map(placed),
      more: this.#more,
      objects: this.#count,
    };
  }

  #keep(index: number, value: JsonObject, text: string): void {
    if (this.#kept === null) return;
    const { id, type, object_ref: translated } = value;
    if (type === "language-content" && translated !== undefined) this.#translated.add(translated);
    this.#keptLength += text.length;
    if (this.#keptLength > MAX_KEPT) this.#kept = null;
    else this.#kept.push({ index, id: type === "language-content" ? type : id, text });
  }

  /** §7.1, of files that are not too large. */
  #mirror(): void {
    if (this.#kept === null || this.#translated.size === 0) return;
    const objects = this.#kept.flatMap(({ index, id, text }) => {
      const value =
        id === "language-content" || this.#translated.has(id ?? null) ? parseJson(text, { maxLength: MAX_KEPT }) : null;
      return isJsonObject(value) ? [{ object: value, index }] : [];
    });
    for (const { object, index } of objects) {
      if (object["type"] !== "language-content") continue;
      const at = new Report(object, this.#options);
      at.depth = 1;
      checkTranslations(
        [
          { object, index },
          ...objects.filter((other) => other.object !== object && other.object["type"] !== "language-content"),
        ],
        at,
      );
      this.#collectMirrored(index, at.result());
    }
  }

  #collectMirrored(index: number, found: Validation): void {
    const own = (finding: Finding): Finding => ({ ...finding, path: finding.path.replace(/^\/[0-9]+/, "") });
    this.#collect(index, { ...found, errors: found.errors.map(own), warnings: found.warnings.map(own) });
  }

  /** A bundle without objects is judged by §8, not as an empty file. */
  #dropEmpty(): void {
    const at = this.#errors.findIndex(({ finding }) => finding.code === "empty");
    if (at !== -1) this.#errors.splice(at, 1);
  }

  #collect(index: number | null, { errors, warnings, more }: Validation): void {
    this.#more += more;
    for (const finding of errors) this.#error(index, finding);
    for (const finding of warnings) {
      this.#warned = true;
      if (this.#warnings.length < this.#max) this.#warnings.push({ index, finding });
      else this.#more++;
    }
  }

  #error(index: number | null, finding: Finding): void {
    this.#failed = true;
    if (this.#errors.length < this.#max) this.#errors.push({ index, finding });
    else this.#more++;
  }
}

function readEnvelope(envelope: EnvelopeReader): JsonObject | null {
  const text = envelope.text();
  if (text === null) return null;
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    // What is wrong with the text was reported by the reader of objects, at its place.
    if (!(error instanceof BaseError)) throw error;
    return null;
  }
}
