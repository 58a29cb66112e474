/** TAXII 2.1 §1.6.8.1: what is asked for, sent, and must come back. */
export const TAXII_MEDIA_TYPE = "application/taxii+json;version=2.1";

/**
 * Whether a Content-Type is TAXII's. Without a version it means the latest (§1.6.8.1), which is 2.1; other parameters and
 * the case of names do not matter (RFC 9110 §8.3.1).
 */
export function isTaxii(contentType: string | null): boolean {
  const [name = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  if (name.trim() !== "application/taxii+json") return false;
  for (const parameter of parameters) {
    const [key = "", value = ""] = parameter.split("=");
    if (key.trim() === "version" && value.trim().replaceAll('"', "") !== "2.1") return false;
  }
  return true;
}
