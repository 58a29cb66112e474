import { BaseError } from "#base";
import { mispLoader, type Loaded } from "#intake";
import { readMarking } from "#policy";
import {
  accept,
  checkPattern,
  compilePattern,
  coreTypes,
  parsePattern,
  PatternError,
  printPattern,
  type ReadItem,
  readObjects,
  TypeRegistry,
  validateObject,
  validateStream,
  validateText,
} from "#stix";
import { createTaxiiClient, START, walkObjects } from "../../src/exchange/taxii-client/index.ts";
import { TaxiiError } from "../../src/exchange/taxii-client/errors.ts";
import { mutateBytes, mutateJson, type Random } from "./mutate.ts";

/** One reader of hostile input, and what must hold whatever it is given. It throws when that does not hold. */
export interface Target {
  readonly name: string;
  /** The folder of its seeds under `corpus`. */
  readonly corpus: string;
  readonly mutate: (input: Uint8Array, other: Uint8Array, random: Random) => Uint8Array;
  run(input: Uint8Array, random: Random): void | Promise<void>;
}

const NOW = "2026-01-01T00:00:00.000000Z";
const PARTY = "identity--00000000-0000-4000-8000-00000000000a";
const registry = new TypeRegistry(coreTypes);
const either: Target["mutate"] = (input, other, random) =>
  random.below(2) === 0 ? mutateBytes(input, other, random) : mutateJson(input, other, random);

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of from) items.push(item);
  return items;
}

async function* chunked(input: Uint8Array, random: Random): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length;) {
    const length = random.below(200) + 1;
    yield input.subarray(at, at + length);
    at += length;
  }
}

async function* whole(input: Uint8Array): AsyncGenerator<Uint8Array> {
  yield input;
}

const objects: Target = {
  name: "objects",
  corpus: "objects",
  mutate: either,
  run(input) {
    const text = Buffer.from(input).toString("utf8");
    const found = validateText(text);
    must(found.valid === (found.errors.length === 0), "valid means no error");
    must(
      found.errors.every(({ section, message }) => section !== undefined && message !== ""),
      "a finding says why",
    );
    const accepted = accept(text, registry, { now: NOW });
    if (accepted.ok) must(accepted.record.text === text, "an accepted text is kept to the letter");
    else must(accepted.errors.length > 0, "a refusal says why");
    // A marking that is not understood must never read as one that grants.
    const marking = readMarking(text);
    if (marking.kind === "handling") must(/releasable_to|no_onward/.test(text), "terms come from the text");
  },
};

const streams: Target = {
  name: "streams",
  corpus: "streams",
  mutate: either,
  async run(input, random) {
    const limits = { maxObject: 4096 };
    const [one, many] = [
      await collect<ReadItem>(readObjects(whole(input), limits)),
      await collect<ReadItem>(readObjects(chunked(input, random), limits)),
    ];
    must(JSON.stringify(one) === JSON.stringify(many), "the same objects, however the bytes come");
    must(one.length <= input.length + 1, "no more items than bytes");
    const found = await validateStream(chunked(input, random), { registry, maxFindings: 50 });
    must(found.errors.length <= 50 && found.warnings.length <= 50, "the list of findings is bounded");
    must(!found.valid || found.errors.length === 0, "valid means no error");
  },
};

/** Some observations to match against, with what patterns of the corpus ask for. */
const OBSERVED = Array.from({ length: 12 }, (_, n) => ({
  type: "observed-data",
  id: `observed-data--00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  first_observed: `2016-01-01T00:00:${String(n).padStart(2, "0")}Z`,
  last_observed: `2016-01-01T00:00:${String(n + 1).padStart(2, "0")}Z`,
  number_observed: (n % 3) + 1,
  objects: {
    "0": { type: "ipv4-addr", value: `198.51.100.${n}` },
    "1": {
      type: "file",
      name: `e\u0301${n}.exe`,
      size: n,
      hashes: { MD5: "x" },
      extensions: { "a-b": { c: [n, { d: "y" }] } },
    },
    "2": { type: "network-traffic", src_ref: "0", dst_ref: "2", protocols: ["tcp"], magic_hex: "ffd8" },
  },
}));

const patterns: Target = {
  name: "patterns",
  corpus: "patterns",
  mutate: mutateBytes,
  run(input) {
    const text = Buffer.from(input).toString("utf8");
    const { valid, errors, pattern } = checkPattern(text);
    must(valid === (errors.length === 0), "valid means no error");
    must(
      errors.every(({ place }) => place === undefined || (place.offset <= text.length && place.line >= 1)),
      "a fault stands in the text",
    );
    if (pattern === null) return;
    const printed = printPattern(pattern);
    must(printPattern(parsePattern(printed)) === printed, "what is printed reads as the same");
    try {
      const { matched, observed } = compilePattern(text).match(OBSERVED, { steps: 200_000 });
      must(matched === observed.length > 0, "a match names its observations");
      must(new Set(observed).size === observed.length, "an observation counts once");
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
    }
  },
};

const envelopes: Target = {
  name: "envelopes",
  corpus: "envelopes",
  mutate: either,
  async run(input, random) {
    const kinds = ["application/taxii+json;version=2.1", "application/taxii+json", "text/html", "a;b=c\u00e9", ""];
    const answer = (): Response => {
      const status = random.pick([200, 200, 200, 200, 202, 400, 404, 500]);
      const headers: Record<string, string> = {
        "content-type": random.below(4) > 0 ? (kinds[0] ?? "") : random.pick(kinds),
      };
      const date = random.pick(["2016-01-01T00:00:00.000001Z", "9999-12-31T23:59:59Z", "yesterday", ""]);
      if (random.below(2) === 0) headers["x-taxii-date-added-last"] = date;
      return new Response(Buffer.from(input), { status, headers });
    };
    const client = createTaxiiClient({
      url: "https://taxii.example/taxii2/",
      maxBody: 64 * 1024,
      fetch: () => Promise.resolve(answer()),
    });
    const root = "https://taxii.example/root/";
    const calls: (() => Promise<unknown>)[] = [
      () => client.discovery(),
      () => client.apiRoot(root),
      () => client.collections(root),
      () => client.manifest(root, "c"),
      () => client.status(root, "s"),
      () => collect(walkObjects(client, root, "c", START, { maxPages: 5, now: () => new Date(0) })),
    ];
    for (const call of calls) {
      try {
        await call();
      } catch (error) {
        if (!(error instanceof TaxiiError) && !(error instanceof BaseError)) throw error;
        must(error.message.length < 2000, "a stranger's words are short");
      }
    }
  },
};

const misp: Target = {
  name: "misp",
  corpus: "misp",
  mutate: either,
  async run(input, random) {
    mispLoader.sniff(input.subarray(0, 4096), "x");
    const source = { name: "x", size: null, open: () => chunked(input, random), sibling: () => null };
    const context = { now: NOW, party: PARTY, signal: new AbortController().signal };
    const items = await collect<Loaded>(mispLoader.load(source, context));
    must(items.length <= input.length + 10, "what comes out is bounded by what went in");
    for (const item of items) {
      if (item.kind !== "object") continue;
      const [error] = validateObject(item.object).errors;
      must(
        error === undefined,
        `${JSON.stringify(item.object)} is not valid: ${error?.path ?? ""} ${error?.message ?? ""}`,
      );
    }
  },
};

export const TARGETS: readonly Target[] = [objects, streams, patterns, envelopes, misp];
