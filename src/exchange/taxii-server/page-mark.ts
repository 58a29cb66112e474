import { createHmac } from "node:crypto";
import { equalBytes, toBase64Url } from "#base";
import { TaxiiFault } from "./errors.ts";
import type { TaxiiQuery } from "./query.ts";

/** What a page mark is good for: the same resource and the same filters (§3.5: "the same original query options"). */
export interface MarkedPage {
  readonly resource: string;
  readonly query: TaxiiQuery;
}

/**
 * `next` holds everything: the position, and a signature over it and the question. Nothing of it is kept, so any process
 * that has the key reads it, it does not expire, and it carries no rights: those are looked at again for each page.
 */
export function pageMarks(key: Uint8Array) {
  function sign(position: string, { resource, query }: MarkedPage): Uint8Array {
    const { ids, types, versions, specVersions } = query;
    const question = JSON.stringify([position, resource, ids, types, versions, specVersions]);
    return createHmac("sha256", key).update(question).digest().subarray(0, 16);
  }
  return {
    write: (position: string, page: MarkedPage): string => `${position}.${toBase64Url(sign(position, page))}`,
    /** @throws TaxiiFault `next-invalid` */
    read(mark: string, page: MarkedPage): string {
      const match = /^(\d{1,16})\.([A-Za-z0-9_-]{22})$/.exec(mark);
      const [, position = "", signature = ""] = match ?? [];
      if (match !== null && equalBytes(Buffer.from(signature, "base64url"), sign(position, page))) return position;
      throw new TaxiiFault("next-invalid", "Ask again with the same match parameters, or without next.", {
        where: "next",
      });
    },
  };
}
