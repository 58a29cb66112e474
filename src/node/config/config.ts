import { z } from "zod";

/** An Ed25519 public key, base64 of 32 bytes. */
const key = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);
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
  web: z.strictObject({ host: z.string(), port }),
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
  /** `sqlite`: a file in the node's folder. Otherwise a PostgreSQL connection string. */
  store: z.string().default("sqlite"),
  /** Bytes that a SQLite store may take: at the limit a node stops taking in, before the disk is full for everything else. */
  maxStoreBytes: z.int().min(1).optional(),
});

export type Config = z.infer<typeof configSchema>;
