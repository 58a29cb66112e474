/** TAXII 2.1 §1.6.8.1. */
export const TAXII_MEDIA_TYPE = "application/taxii+json;version=2.1";
export const STIX_MEDIA_TYPE = "application/stix+json;version=2.1";

interface MediaRange {
  readonly name: string;
  readonly version: string | null;
  readonly quality: number;
}

function readRange(text: string): MediaRange {
  const [name = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  let version: string | null = null;
  let quality = 1;
  for (const parameter of parameters) {
    const [key = "", value = ""] = parameter.split("=").map((part) => part.trim());
    if (key === "version") version = value.replaceAll('"', "");
    if (key === "q") quality = Number(value);
  }
  return { name, version, quality };
}

/** How near a range of Accept is to ours (RFC 9110 §12.5.1: the most specific one counts); 0: another type. */
function nearness({ name, version }: MediaRange): number {
  if (name === "application/taxii+json") return version === null ? 3 : version === "2.1" ? 4 : 0;
  if (version !== null) return 0;
  return name === "application/*" ? 2 : name === "*/*" ? 1 : 0;
}

/** Whether an Accept takes TAXII 2.1. Without a version it means the latest; without the header, anything. */
export function acceptsTaxii(accept: string | null): boolean {
  if (accept === null || accept.trim() === "") return true;
  let best = { near: 0, quality: 0 };
  for (const part of accept.split(",").slice(0, 64)) {
    const range = readRange(part);
    const near = nearness(range);
    if (near > best.near) best = { near, quality: range.quality };
  }
  return best.near > 0 && best.quality > 0;
}

/** Whether a body of this Content-Type is a TAXII 2.1 envelope. `charset` and other parameters do not matter. */
export function isTaxiiBody(contentType: string | null): boolean {
  const { name, version } = readRange(contentType ?? "");
  return name === "application/taxii+json" && (version === null || version === "2.1");
}
