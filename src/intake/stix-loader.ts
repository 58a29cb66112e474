import { readObjects } from "#stix";
import type { Loader } from "./loader.ts";

/** Bundles, lists, single objects and JSON lines of STIX 2.1. */
export const stixLoader: Loader = {
  name: "stix",
  title: "STIX 2.1",
  sniff(head) {
    const start = new TextDecoder()
      .decode(head.subarray(0, 64))
      .replace(/^\uFEFF/, "")
      .trimStart();
    return start.startsWith("{") || start.startsWith("[");
  },
  async *load(source) {
    for await (const item of readObjects(source.open())) {
      const place = `object ${item.index}, byte ${item.offset}`;
      yield item.kind === "object"
        ? { kind: "text", text: item.text, place }
        : { kind: "problem", place, code: item.code, message: item.message };
    }
  },
};
