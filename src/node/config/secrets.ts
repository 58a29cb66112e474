import { createPrivateKey, webcrypto } from "node:crypto";
import { z } from "zod";
import type { Instant } from "#base";
import { generateSeed, signingKey } from "#ledger";

const keySet = {
  /** Ed25519 seed that signs parcels and checkpoints: base64 of 32 bytes. */
  signingSeed: z.string().length(44),
  /** The link's own key and self-signed certificate, PEM. */
  linkKey: z.string(),
  linkCert: z.string(),
};

export const secretsSchema = z.strictObject({
  ...keySet,
  /** Keys that were replaced, the latest first: partners may know only them until their overlap ends. */
  retired: z
    .array(z.strictObject({ ...keySet, until: z.string() }))
    .max(100)
    .optional(),
});

export type Secrets = z.infer<typeof secretsSchema>;
export type KeySet = Pick<Secrets, "signingSeed" | "linkKey" | "linkCert">;

/** The keys of this folder as they stand now. */
export interface CurrentKeys {
  readonly current: KeySet;
  /** Replaced, and their overlap is not over. */
  readonly overlapping: readonly KeySet[];
}

/**
 * Which keys sign: those that the store names. `keys.json` is written before the store is, so that a process that died between
 * the two goes on with the keys that its partners know.
 * @param now replaced keys whose overlap ended before are left out; `""`: none is
 * @param named the public key that the store says signs; `null` before the first start
 */
export function currentKeys(secrets: Secrets, named: string | null, now: Instant): CurrentKeys {
  const { signingSeed, linkKey, linkCert, retired = [] } = secrets;
  const newest: KeySet = { signingSeed, linkKey, linkCert };
  const all = [newest, ...retired];
  const at = all.findIndex((set) => signingKey(set.signingSeed).publicKey === named);
  const current = all[at] ?? newest;
  return { current, overlapping: retired.filter((set) => set !== current && set.until > now) };
}

/** The same folder's keys after a change; `until`: when the overlap of those that signed till now ends. */
export function replaceKeys(secrets: Secrets, next: KeySet, until: Instant, named: string, now: Instant): Secrets {
  const { signingSeed, linkKey, linkCert } = currentKeys(secrets, named, now).current;
  return { ...next, retired: [{ signingSeed, linkKey, linkCert, until }, ...endedKeys(secrets, named, now).kept] };
}

/** Which replaced keys are past their overlap and can be forgotten. */
export function endedKeys(secrets: Secrets, named: string, now: Instant) {
  const others = (secrets.retired ?? []).filter((set) => signingKey(set.signingSeed).publicKey !== named);
  return { kept: others.filter(({ until }) => until > now), ended: others.filter(({ until }) => until <= now) };
}

const YEARS = 20;

/** New keys for a node. The certificate only carries the link's key: partners pin the key, not a name or a date. */
export async function makeSecrets(now: Date): Promise<KeySet> {
  // Only a new node needs these; a running one is spared their weight.
  await import("reflect-metadata");
  const { X509CertificateGenerator } = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const cert = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=Entente node",
    notBefore: new Date(now.getTime() - 86_400_000),
    notAfter: new Date(now.getTime() + YEARS * 366 * 86_400_000),
    signingAlgorithm: algorithm,
    keys,
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const linkKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ format: "pem", type: "pkcs8" })
    .toString();
  return { signingSeed: generateSeed(), linkKey, linkCert: `${cert.toString("pem")}\n` };
}
