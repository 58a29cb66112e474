import { createPrivateKey, webcrypto } from "node:crypto";
import { z } from "zod";
import { generateSeed } from "#ledger";

export const secretsSchema = z.strictObject({
  /** Ed25519 seed that signs parcels and checkpoints: base64 of 32 bytes. */
  signingSeed: z.string().length(44),
  /** The link's own key and self-signed certificate, PEM. */
  linkKey: z.string(),
  linkCert: z.string(),
});

export type Secrets = z.infer<typeof secretsSchema>;

const YEARS = 20;

/** New keys for a node. The certificate only carries the link's key: partners pin the key, not a name or a date. */
export async function makeSecrets(now: Date): Promise<Secrets> {
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
