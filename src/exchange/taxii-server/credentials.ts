import { BaseError, fromUtf8 } from "#base";
import type { PresentedCredentials } from "./port.ts";

const MAX_HEADER = 16 * 1024;

/** Reads an Authorization header: Basic (RFC 7617, UTF-8) or Bearer (RFC 6750); `null` for anything else. */
export function readCredentials(header: string | null): PresentedCredentials | null {
  if (header === null || header.length > MAX_HEADER) return null;
  const match = /^(basic|bearer) +([A-Za-z0-9._~+/-]+=*)$/i.exec(header.trim());
  const [, scheme = "", value = ""] = match ?? [];
  if (match === null) return null;
  if (scheme.toLowerCase() === "bearer") return { kind: "bearer", token: value };
  let pair: string;
  try {
    pair = fromUtf8(new Uint8Array(Buffer.from(value, "base64")));
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return null;
  }
  const colon = pair.indexOf(":");
  return colon === -1 ? null : { kind: "basic", username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}
