import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { OidcProvider } from "#access";
import { NodeError } from "../errors.ts";
import type { Home } from "./home.ts";

/** The organisations of config.json with their secrets. @throws NodeError `config-invalid` when a secret is not there. */
export function oidcProviders({ folder, config }: Home): readonly OidcProvider[] {
  return (config.oidc ?? []).map(({ clientSecretFile, provision, ...provider }) => ({
    ...provider,
    clientSecret: clientSecretFile === undefined ? null : secretIn(resolve(folder, clientSecretFile)),
    provision: provision ?? null,
  }));
}

function secretIn(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new NodeError("config-invalid", `${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: "oidc/clientSecretFile",
      cause,
    });
  }
  const [line = ""] = text.split(/\r?\n/, 1);
  if (line === "") throw new NodeError("config-invalid", `${file} holds no secret`, { where: "oidc/clientSecretFile" });
  return line;
}
