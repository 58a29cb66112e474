import type { Command } from "commander";
import { z } from "zod";
import { BaseError, parseJson } from "#base";
import { requirePermission } from "#access";
import { type Config, configSchema, type EntenteNode, openHome, writeConfig } from "#node";
import { actingOfficer, passphrase, print, readText, withNode } from "../context.ts";
import { CliError } from "../errors.ts";

const RESTART = "Start the node again: it reads its configuration then.";

/** What `entente ledger keys --json` prints. */
const cardSchema = z.object({
  witness: z.object({ logs: configSchema.shape.witness.unwrap().shape.logs }),
  witnesses: configSchema.shape.witnesses.unwrap().length(1),
});

/** `witness list|watch|unwatch|add|remove|ask`: who vouches for whose log. docs/witnessing.md tells the whole way. */
export function witnessCommand(program: Command): void {
  const witness = program
    .command("witness")
    .description("third parties that vouch for logs without seeing an entry: whom we ask, and whose logs we watch");
  listCommand(witness);
  witness
    .command("watch")
    .description("watch another party's logs: from the file that its `entente ledger keys --json` wrote")
    .argument("<file>")
    .option("--origin <origin>", "only this log of those in the file")
    .action(async (file: string, options: { origin?: string }, command: Command) => {
      const card = readCard(file);
      const wanted = card.witness.logs.filter(
        ({ origin }) => options.origin === undefined || origin === options.origin,
      );
      await edit(command, (config) => {
        const held = config.witness?.logs ?? [];
        // A log that changed its key has both lines here, until `unwatch --key` takes the old one out.
        const added = wanted.filter(({ origin, key }) => !held.some((log) => log.origin === origin && log.key === key));
        const logs = [...held, ...added];
        return {
          config: { ...config, witness: { logs } },
          result: { added },
          words: `${added.length} log(s) more are watched.`,
        };
      });
    });
  witness
    .command("unwatch")
    .description("watch a log no more, or trust one of its keys no more")
    .argument("<origin>")
    .option("--key <base64>", "only this key of it")
    .action(async (origin: string, options: { key?: string }, command: Command) => {
      await edit(command, (config) => {
        const held = config.witness?.logs ?? [];
        const logs = held.filter(
          (log) => log.origin !== origin || (options.key !== undefined && log.key !== options.key),
        );
        const removed = held.length - logs.length;
        return {
          config: { ...config, witness: { logs } },
          result: { removed },
          words: `${removed} line(s) taken out.`,
        };
      });
    });
  witness
    .command("add")
    .description("have our logs witnessed by another node: from the file that its `entente ledger keys --json` wrote")
    .argument("<file>")
    .action(async (file: string, _options: object, command: Command) => {
      const [added] = readCard(file).witnesses;
      if (added === undefined) return;
      await edit(command, (config) => {
        const others = (config.witnesses ?? []).filter(({ name }) => name !== added.name);
        return {
          config: { ...config, witnesses: [...others, added] },
          result: { added: added.name },
          words: `${added.name} is asked once a minute. It must watch our logs: give it the output of entente ledger keys --json.`,
        };
      });
    });
  witness
    .command("remove")
    .description("ask a witness no more; what it has cosigned stays")
    .argument("<name>")
    .action(async (name: string, _options: object, command: Command) => {
      await edit(command, (config) => {
        const held = config.witnesses ?? [];
        const witnesses = held.filter((one) => one.name !== name);
        const removed = held.length - witnesses.length;
        return { config: { ...config, witnesses }, result: { removed }, words: `${removed} witness(es) taken out.` };
      });
    });
  witness
    .command("ask")
    .description("ask our witnesses now, and say what each answers")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        requirePermission(await actingOfficer(command, node), "ledger.verify");
        const outcomes = await node.askWitnesses();
        print(
          command,
          { outcomes },
          outcomes.map(({ witness: name, channel, outcome, message }) => `${name}  ${channel}  ${outcome}  ${message}`),
        );
        if (outcomes.some(({ outcome }) => outcome !== "cosigned" && outcome !== "current")) process.exitCode = 1;
      });
    });
}

function listCommand(witness: Command): void {
  witness
    .command("list")
    .description(
      "the logs that we watch and how far we cosigned each; our witnesses and how far each cosigned our logs",
    )
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const { config } = node.home;
        const found = await node.store.read(officer, async (r) => {
          const logs = [];
          for (const { origin, key } of config.witness?.logs ?? []) {
            const last = await r.cosignatures.witnessed(origin);
            logs.push({ origin, key, size: last?.size ?? null, at: last?.at ?? null });
          }
          const witnesses = [];
          const channels = (await r.channels.list()).filter(({ state }) => state === "active");
          for (const { name, url } of config.witnesses ?? []) {
            const cosigned = [];
            for (const { id, partnerName } of channels) {
              const log = `out:${id}`;
              const size = await r.trees.size(log);
              cosigned.push({
                channel: id,
                partner: partnerName,
                size,
                cosigned: await r.cosignatures.largest(log, { cosigner: name }),
              });
            }
            witnesses.push({ name, url, cosigned });
          }
          return { logs, witnesses };
        });
        print(command, found, [
          ...found.logs.map(
            ({ origin, size, at }) =>
              `watched   ${origin}  ${size === null ? "nothing yet" : `${size} entries, ${at ?? ""}`}`,
          ),
          ...found.witnesses.flatMap(({ name, url, cosigned }) => [
            `witness   ${name}  ${url}`,
            ...cosigned.map(
              (log) => `  our log for ${log.partner}: ${log.cosigned ?? 0} of ${log.size} entries cosigned`,
            ),
          ]),
        ]);
      });
    });
}

function readCard(file: string): z.infer<typeof cardSchema> {
  try {
    return cardSchema.parse(parseJson(readText(file), { maxLength: 1 << 20 }));
  } catch (cause) {
    if (!(cause instanceof z.ZodError || cause instanceof BaseError)) throw cause;
    throw new CliError("file-unreadable", `${file} is not what entente ledger keys --json writes`, {
      where: file,
      cause,
    });
  }
}

interface Edited {
  readonly config: Config;
  readonly result: object;
  readonly words: string;
}

async function edit(command: Command, change: (config: Config) => Edited): Promise<void> {
  await withNode(command, async (node: EntenteNode) => {
    const officer = await actingOfficer(command, node);
    requirePermission(officer, "node.keep");
    // As it stands in the folder now: another command may have changed it since this one began.
    const home = await openHome(node.home.folder, passphrase);
    const { config, result, words } = change(home.config);
    writeConfig(home, config);
    await node.store.transact(officer, (t) => t.audit.note("witness.configure", node.home.folder, { ...result }));
    print(command, result, [words, RESTART]);
  });
}
