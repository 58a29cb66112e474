import { TaxiiFault } from "./errors.ts";

/** Reads a request's body. @throws TaxiiFault `too-large` as soon as that is known. */
export async function readBody(request: Request, max: number): Promise<Uint8Array> {
  const tooLarge = (): TaxiiFault =>
    new TaxiiFault("too-large", `A request holds ${max} bytes at most (max_content_length).`, {
      fix: "Send several envelopes.",
    });
  if (Number(request.headers.get("content-length") ?? 0) > max) throw tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > max) throw tooLarge();
    parts.push(part);
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, size);
}
