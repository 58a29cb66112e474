import { createMiddleware } from "hono/factory";
import type { MiddlewareHandler } from "hono";
import { NONCE, secureHeaders } from "hono/secure-headers";

/**
 * Headers of every answer (OWASP ASVS 4.0.3, V14.4). Scripts come from this node's own files only. Mantine writes style
 * elements as it runs, so they carry the page's nonce; `style` attributes carry layout and no behaviour, and are allowed.
 * @param tls whether officers come over TLS: only then may a browser be told never to come without it
 */
export function securityHeaders(tls: boolean): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      styleSrcElem: ["'self'", NONCE],
      styleSrcAttr: ["'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      formAction: ["'self'"],
    },
    strictTransportSecurity: tls ? "max-age=63072000; includeSubDomains" : false,
    referrerPolicy: "no-referrer",
    xFrameOptions: "DENY",
    crossOriginOpenerPolicy: "same-origin",
    crossOriginResourcePolicy: "same-origin",
    crossOriginEmbedderPolicy: "require-corp",
    permissionsPolicy: {
      camera: false,
      microphone: false,
      geolocation: false,
      payment: false,
      usb: false,
      serial: false,
      displayCapture: false,
      publickeyCredentialsGet: ["self"],
    },
    xXssProtection: "0",
  });
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const ANYWHERE = new Set(["0.0.0.0", "::", "[::]"]);

/**
 * A name of this node that it does not know is one that someone else made point here (DNS rebinding): refused before
 * anything is said.
 */
export function ownHost(host: string, url: string | undefined): MiddlewareHandler {
  const expected = url === undefined ? null : new URL(url).hostname;
  return createMiddleware(async (c, next) => {
    const asked = c.req.header("host") ?? "";
    const parsed = URL.canParse(`http://${asked}`) ? new URL(`http://${asked}`).hostname : "";
    const good =
      parsed === expected || LOOPBACK.has(parsed) || parsed === host || (expected === null && ANYWHERE.has(host));
    if (!good) return c.text("This is not an address of this node.", 421);
    return next();
  });
}
