import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { createHome, openNode, type Home, type EntenteNode } from "#node";
import type { Viewer } from "#policy";
import { type Common, homeFolder, print } from "../context.ts";

export interface InitOptions extends Common {
  readonly party: string;
  readonly purpose: readonly string[];
  readonly linkHost: string;
  readonly linkPort: string;
  readonly linkUrl?: string;
  readonly webPort: string;
  readonly store: string;
  readonly adminName: string;
  readonly adminEmail: string;
}

const DEFAULT_PURPOSES = ["criminal-investigation", "prevention-of-terrorism", "diplomatic-engagement"];

export function addInitOptions(command: Command): Command {
  return command
    .option("--party <name>", "the party's name, as partners will see it", "My party")
    .option("--purpose <purpose...>", "what this party uses received records for", DEFAULT_PURPOSES)
    .option("--link-host <host>", "address on which partners reach this node", "127.0.0.1")
    .option("--link-port <port>", "port of the link", "4443")
    .option("--link-url <url>", "the link's address as partners see it (https)")
    .option("--web-port <port>", "port of the workbench", "4080")
    .option("--store <url>", "`sqlite`, or a PostgreSQL connection string", "sqlite")
    .option("--admin-name <name>", "the first administrator", "Administrator")
    .option("--admin-email <address>", "the first administrator's address", "admin@localhost");
}

export function initCommand(program: Command): void {
  addInitOptions(
    program.command("init").description("make a node: its folder, its keys, its first administrator"),
  ).action(async (options: InitOptions, command: Command) => {
    const made = await initialise(command.optsWithGlobals<InitOptions>());
    print(command, made, [
      `A node for ${options.party} stands in ${made.home}.`,
      `First sign-in, once, within a day: ${made.signIn}`,
      `Start it with: entente start${command.optsWithGlobals<{ home?: string }>().home === undefined ? "" : ` --home ${made.home}`}`,
    ]);
  });
}

/** Makes the folder and the first administrator. */
export async function initialise(
  options: InitOptions,
): Promise<{ readonly home: string; readonly party: string; readonly signIn: string }> {
  const folder = homeFolder(options);
  const id = `identity--${randomUUID()}`;
  const home = await createHome(
    folder,
    {
      party: { id, name: options.party, purposes: [...options.purpose] },
      link: {
        host: options.linkHost,
        port: Number(options.linkPort),
        url: options.linkUrl ?? `https://${options.linkHost}:${options.linkPort}`,
      },
      web: { host: "127.0.0.1", port: Number(options.webPort) },
      store: options.store,
    },
    new Date(),
  );
  const node = await openNode(home, { clock: () => new Date(), onError: (error) => console.error(error) });
  try {
    const setup = { kind: "job", party: id, name: "init", may: [] } as const;
    const officer = await node.access.addOfficer(setup, {
      name: options.adminName,
      email: options.adminEmail,
      roles: ["administrator"],
    });
    return { home: folder, party: id, signIn: await signInLink(node, home, officer.id) };
  } finally {
    await node.close();
  }
}

/** A one-time link; the token stands after the #, so that it is in no server's log. */
export async function signInLink(
  node: EntenteNode,
  home: Home,
  officer: string,
  actor: Viewer = { kind: "job", party: home.config.party.id, name: "sign-in-link", may: [] },
): Promise<string> {
  const token = await node.access.signInToken(actor, officer);
  const { url, host, port } = home.config.web;
  // A passkey is held for a name, not for a number: on this machine the name is localhost.
  const origin =
    url === undefined ? `http://${host === "127.0.0.1" ? "localhost" : host}:${port}` : new URL(url).origin;
  return `${origin}/sign-in#token=${token}`;
}
