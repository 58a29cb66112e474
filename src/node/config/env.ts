/** The only place that reads the environment. */
export interface Env {
  /** `ENTENTE_HOME`: the node's folder. */
  readonly home: string | null;
  /** `ENTENTE_OFFICER`: the e-mail address of the officer on whose behalf commands act. */
  readonly officer: string | null;
  /** `ENTENTE_PASSPHRASE_FILE`: a file whose first line opens sealed keys. */
  readonly passphraseFile: string | null;
  /** `ENTENTE_LOG`: debug, info, warn or silent. */
  readonly log: string;
}

export function readEnv(env: NodeJS.ProcessEnv = process.env): Env {
  return {
    home: env["ENTENTE_HOME"] ?? null,
    passphraseFile: env["ENTENTE_PASSPHRASE_FILE"] ?? null,
    officer: env["ENTENTE_OFFICER"] ?? null,
    log: env["ENTENTE_LOG"] ?? "warn",
  };
}
