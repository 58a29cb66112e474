import { z } from "zod";

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
  link: z.strictObject({ host: z.string(), port, url: z.url({ protocol: /^https$/ }) }),
  /** Where officers reach the workbench. */
  web: z.strictObject({ host: z.string(), port }),
  /** `sqlite`: a file in the node's folder. Otherwise a PostgreSQL connection string. */
  store: z.string().default("sqlite"),
});

export type Config = z.infer<typeof configSchema>;
