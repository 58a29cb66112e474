import { z } from "zod";
import { ROLES } from "#policy";

/** An Ed25519 public key, base64 of 32 bytes. */
const key = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const port = z.int().min(0).max(65_535);

/** What a node's `config.json` says. Secrets stand apart, in `keys.json`. */
export const configSchema = z.strictObject({
  party: z.strictObject({
    id: z.string().regex(/^identity--[0-9a-f-]{36}$/),
    name: z.string().min(1).max(300),
    /** What this party uses received records for; partners see it at pairing. */
    purposes: z.array(z.string().min(1).max(200)).max(100),
  }),
  /** Where partners reach this node. Port 0 takes a free one. */
  link: z.strictObject({
    host: z.string(),
    port,
    url: z.url({ protocol: /^https$/ }),
    /** How long a partner may be silent in the middle of an answer; 60 unless told. */
    timeoutSeconds: z.int().min(1).max(3600).optional(),
  }),
  /** Where officers reach the workbench. */
  web: z.strictObject({
    host: z.string(),
    port,
    /** The workbench's address as officers type it, when a proxy with TLS stands before it: `https://…`, no path. */
    url: z
      .url({ protocol: /^https$/ })
      .refine((url) => new URL(url).pathname === "/" && new URL(url).search === "", "an origin has no path")
      .optional(),
    /** Whether that proxy is trusted to name the caller's address last in X-Forwarded-For. */
    forwarded: z.boolean().optional(),
    /** Requests an officer may make in a second, and at once. */
    limit: z
      .strictObject({ perSecond: z.number().min(1).max(100_000), burst: z.int().min(10).max(1_000_000) })
      .optional(),
  }),
  /** Organisations whose OpenID Connect providers let officers in. */
  oidc: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9-]{1,40}$/),
        title: z.string().min(1).max(100),
        /** `https`; `http` on this machine only. */
        issuer: z
          .url({ protocol: /^https?$/ })
          .refine((url) => url.startsWith("https:") || LOOPBACK.has(new URL(url).hostname), "an issuer is https"),
        clientId: z.string().min(1).max(300),
        /** A file in the node's folder whose first line is the client's secret; without one the client is public. */
        clientSecretFile: z.string().max(300).optional(),
        /** Roles of people whom the provider names and nobody added; without it they are not let in. */
        provision: z.array(z.enum(ROLES)).max(9).optional(),
      }),
    )
    .max(16)
    .optional(),
  /** Logs of others that this node witnesses (C2SP tlog-witness), each with the Ed25519 key (base64) trusted for it. */
  witness: z
    .strictObject({ logs: z.array(z.strictObject({ origin: z.string().min(1).max(2000), key })).max(10_000) })
    .optional(),
  /** Witnesses that this node asks to cosign its logs. */
  witnesses: z
    .array(
      z.strictObject({
        /** The cosigner's name; of an Entente node `entente/identity--…`. */
        name: z.string().regex(/^[^\s+]{1,1000}$/u),
        key,
        url: z.url({ protocol: /^https$/ }),
        /** SHA-256 of its TLS public key (SPKI), lower-case hex. */
        tlsPin: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(16)
    .optional(),
  /** In how many months a request for redress is answered, and by how many that can be extended once; 1 and 2 unless told. */
  redress: z.strictObject({ months: z.int().min(1).max(12), extensionMonths: z.int().min(0).max(12) }).optional(),
  /** The TAXII 2.1 server. Without this it stands at /taxii2/ beside the workbench. */
  taxii: z
    .strictObject({
      /** What clients call it, when a proxy stands before it: `https://taxii.example`. */
      url: z.url({ protocol: /^https?$/ }).optional(),
      contact: z.string().max(300).optional(),
      /** A listener of its own, over TLS when key and certificate (PEM files) are named; the workbench's then serves no TAXII. */
      listen: z
        .strictObject({ host: z.string(), port, key: z.string().optional(), cert: z.string().optional() })
        .refine((own) => (own.key === undefined) === (own.cert === undefined), "key and cert go together")
        .optional(),
      /** Bytes of one request. */
      maxContentLength: z
        .int()
        .min(1024)
        .max(256 * 1024 * 1024)
        .optional(),
    })
    .optional(),
  /** When checkpoints leave for witnesses, and at which sizes (docs/adr/0010). */
  checkpoints: z
    .strictObject({
      everySeconds: z.int().min(1).max(86_400).optional(),
      /** A published size is a multiple of this; 1: no padding. */
      padTo: z.int().min(1).max(4096).optional(),
      /** Publish at every turn, whether or not something was logged. */
      idle: z.boolean().optional(),
    })
    .optional(),
  /** `sqlite`: a file in the node's folder. Otherwise a PostgreSQL connection string. */
  store: z.string().default("sqlite"),
  /** Bytes that a SQLite store may take: at the limit a node stops taking in, before the disk is full for everything else. */
  maxStoreBytes: z.int().min(1).optional(),
});

export type Config = z.infer<typeof configSchema>;
