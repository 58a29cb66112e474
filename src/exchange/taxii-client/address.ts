import { TaxiiError } from "./errors.ts";

/** The client's own machine, where nobody listens between: RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(hostname)
  );
}

/**
 * Reads an address that the client may talk to: HTTPS (§8.1.1), or plain HTTP to this machine. A path ends in a slash (§1.6.7).
 * @throws TaxiiError `address-refused`.
 */
export function readAddress(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new TaxiiError("address-refused", "not an address", { where: "url" });
  const url = new URL(text, base);
  if (url.username !== "" || url.password !== "")
    throw new TaxiiError("address-refused", "an address may not carry a name or a password", {
      where: "url",
      fix: "Give them as credentials.",
    });
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname)))
    throw new TaxiiError("address-refused", `${url.origin} is not HTTPS`, {
      where: "url",
      fix: "Use the server's https:// address. Plain HTTP is for this machine only.",
    });
  if (base !== undefined && url.origin !== base.origin)
    throw new TaxiiError("address-refused", `${url.origin} is another server than ${base.origin}`, {
      where: "url",
      fix: "Open a client of its own for that server, with that server's credentials.",
    });
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.hash = "";
  return url;
}
