import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { EntenteNode } from "#node";
import { type Role, ROLES } from "#policy";
import { actingOfficer, findChannel, print, withNode } from "../context.ts";

export function taxiiCommand(program: Command): void {
  const taxii = program.command("taxii").description("this node's TAXII 2.1 server: its clients and its collections");
  clientCommands(taxii.command("client").description("service accounts of other tools"));
  collectionCommands(taxii.command("collection").description("what clients read and write"));
}

const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("a whole number");
  return Number(text);
};

interface ClientOptions {
  readonly party?: string;
  readonly role: readonly Role[];
  readonly purpose?: string;
  readonly perMinute: number;
  readonly secretFile?: string;
}

function clientCommands(client: Command): void {
  client
    .command("add")
    .description("let a tool in; its password and token are shown once")
    .argument("<name>")
    .option("--party <partner>", "the party it acts for (partner's name, channel or id); without it, our own")
    .option("--role <role...>", `of our own party's tool, what it may read as: ${ROLES.join(", ")}`, [])
    .option("--purpose <purpose>", "of another party's tool: what the records are given for")
    .option("--per-minute <requests>", "requests a minute; 0: no limit", whole, 600)
    .option("--secret-file <file>", "write password and token there, as JSON, and do not show them")
    .action(async (name: string, options: ClientOptions, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const added = await node.taxii.addClient(officer, {
          name,
          party: await partyOf(node, officer, options.party),
          roles: options.role,
          purpose: options.purpose ?? null,
          perMinute: options.perMinute,
        });
        const { password, token } = added;
        if (options.secretFile === undefined) {
          print(command, added, [
            `${name} signs in by this name and the password, or by the token alone. They are not shown again.`,
            `password  ${password}`,
            `token     ${token}`,
          ]);
          return;
        }
        const secrets = JSON.stringify({ username: name, password, token });
        writeFileSync(options.secretFile, `${secrets}\n`, { mode: 0o600, flag: "wx" });
        print(command, { client: added.client, secretFile: options.secretFile }, `${name}: see ${options.secretFile}.`);
      });
    });
  client
    .command("list")
    .description("the clients, and for whom they act")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const clients = await node.taxii.clients(await actingOfficer(command, node));
        const line = (item: (typeof clients)[number]): string =>
          `${item.name.padEnd(20)} ${item.party === node.self.id ? `our own, ${item.roles.join(", ")}` : `${item.party}, ${item.purpose ?? ""}`}${item.revokedAt === null ? "" : ` (revoked ${item.revokedAt})`}`;
        print(command, { clients }, clients.length === 0 ? "There are no clients." : clients.map(line));
      });
    });
  client
    .command("revoke")
    .description("its credentials work no more, at once")
    .argument("<name>")
    .action(async (name: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        await node.taxii.revokeClient(await actingOfficer(command, node), name);
        print(command, { revoked: name }, `${name} is let in no more.`);
      });
    });
}

async function partyOf(
  node: EntenteNode,
  officer: Awaited<ReturnType<typeof actingOfficer>>,
  named: string | undefined,
): Promise<string> {
  if (named === undefined) return node.self.id;
  return named.startsWith("identity--") ? named : (await findChannel(node, officer, named)).partner;
}

interface CollectionOptions {
  readonly title?: string;
  readonly description: string;
  readonly root?: string;
  readonly kind: "records" | "listed";
  readonly type: readonly string[];
  readonly marking: readonly string[];
  readonly strict?: boolean;
  readonly reader: readonly string[];
  readonly writer: readonly string[];
}

function collectionCommands(collection: Command): void {
  collection
    .command("add")
    .description("open a collection to clients")
    .argument("<alias>")
    .option("--title <text>", "what people call it")
    .option("--description <text>", "what it is for", "")
    .option("--root <name>", "the API root it stands under (default: default)")
    .addOption(
      new Option("--kind <kind>", "records: all that a client may see, read only; listed: what is posted to it")
        .choices(["records", "listed"])
        .default("listed"),
    )
    .option("--type <type...>", "only objects of these types", [])
    .option("--marking <id...>", "markings given to everything that is posted", [])
    .option("--strict", "take only what holds to STIX 2.1 to the letter")
    .option("--reader <client...>", "clients that may read", [])
    .option("--writer <client...>", "clients that may post", [])
    .action(async (alias: string, options: CollectionOptions, command: Command) => {
      await withNode(command, async (node) => {
        const added = await node.taxii.addCollection(await actingOfficer(command, node), {
          alias,
          title: options.title ?? alias,
          description: options.description,
          kind: options.kind,
          types: options.type,
          markings: options.marking,
          strict: options.strict === true,
          readers: options.reader,
          writers: options.writer,
          ...(options.root === undefined ? {} : { root: options.root }),
        });
        print(command, added, `${alias} is at /taxii2/${added.root}/collections/${added.id}/`);
      });
    });
  collection
    .command("list")
    .description("the collections, and who may use them")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const collections = await node.taxii.collections(await actingOfficer(command, node));
        print(
          command,
          { collections },
          collections.length === 0
            ? "There are no collections."
            : collections.map(
                ({ root, alias, kind, title, grants }) =>
                  `${`${root}/${alias}`.padEnd(28)} ${kind.padEnd(8)} ${title}; ${grants.map(({ name, read, write }) => `${name} (${[...(read ? ["reads"] : []), ...(write ? ["writes"] : [])].join(", ")})`).join("; ")}`,
              ),
        );
      });
    });
  collection
    .command("grant")
    .description("say what a client may do with a collection; with neither option, nothing")
    .argument("<collection>", "alias, id, or ROOT/ALIAS")
    .argument("<client>")
    .option("--read")
    .option("--write")
    .action(async (name: string, client: string, options: { read?: boolean; write?: boolean }, command: Command) => {
      await withNode(command, async (node) => {
        const rights = { read: options.read === true, write: options.write === true };
        await node.taxii.grant(await actingOfficer(command, node), name, client, rights);
        print(command, { collection: name, client, ...rights }, "Done.");
      });
    });
  collection
    .command("remove")
    .description("close a collection; what was posted to it stays among the records")
    .argument("<collection>", "alias, id, or ROOT/ALIAS")
    .action(async (name: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        await node.taxii.removeCollection(await actingOfficer(command, node), name);
        print(command, { removed: name }, `${name} is closed; the records stay.`);
      });
    });
}
