import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { requirePermission } from "#access";
import { type Hop, MAX_MEDIA_BYTES, type MediaReport } from "#exchange";
import type { Channel } from "#store";
import { actingOfficer, findChannel, print, withNode } from "../context.ts";
import { CliError } from "../errors.ts";

export function mediaCommand(program: Command): void {
  const media = program.command("media").description("carry parcels by hand, as files sealed for the partner");
  media
    .command("export")
    .description("write what waits for a partner into sealed files; it waits on until the partner has answered")
    .requiredOption("--out <folder>", "where to write them")
    .option("--channel <id>", "the channel, or the partner's name")
    .option("--split <bytes>", "a file has about so many bytes at most", "67108864")
    .option(
      "--via <name=key>",
      "who carries it on, in order (several times): its public key, or a partner's name",
      via,
      [],
    )
    .action(async (options: ExportOptions, command: Command) => {
      const split = Number(options.split);
      if (!Number.isSafeInteger(split) || split < 1) command.error("error: --split takes a number of bytes");
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channel = await findChannel(node, officer, options.channel);
        mkdirSync(resolve(options.out), { recursive: true });
        const files = [];
        const channels = await node.store.read(officer, (r) => r.channels.list());
        const hops = options.via.map((hop) => hopOf(hop, channels));
        const made = node.exchange.exportMedia(officer, channel.id, { partBytes: split, via: hops });
        for await (const { name, bytes, ...part } of made) {
          const file = join(resolve(options.out), name);
          writeFileSync(file, bytes, { flag: "wx", flush: true });
          files.push({ file, bytes: bytes.length, ...part });
        }
        print(command, { channel: channel.id, files }, [
          ...files.map(({ file, parcels }) => `${file}  ${parcels} parcel(s)`),
          ...(hops.length === 0
            ? []
            : [`Give them to ${hops[0]?.name ?? ""}, who makes the files for the next: entente media forward.`]),
          `Only ${channel.partnerName} can open what is inside. They stay unconfirmed here until a receipt returns, by any way.`,
        ]);
      });
    });
  media
    .command("forward")
    .description("open our layer of files that we only carry on, and write the files for the next hop")
    .argument("<file...>")
    .requiredOption("--out <folder>", "where to write them")
    .action(async (files: string[], options: { out: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        mkdirSync(resolve(options.out), { recursive: true });
        const forwarded = [];
        for (const file of files.toSorted()) {
          const { next, name, bytes } = await node.exchange.forwardMedia(officer, readSealed(file));
          const out = join(resolve(options.out), name);
          // The name is the content's: a file that stands there is this one, from an earlier run.
          if (!existsSync(out)) writeFileSync(out, bytes, { flag: "wx", flush: true });
          forwarded.push({ file, next, out, bytes: bytes.length });
        }
        print(
          command,
          { files: forwarded },
          forwarded.map(({ file, next, out }) => `${file}: for ${printable(next)}: ${out}`),
        );
      });
    });
  media
    .command("identity")
    .description(
      "write our age identities into a file, to open files sealed for us with the age command: as secret as the keys",
    )
    .requiredOption("--out <file>")
    .action(async (options: { out: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        requirePermission(officer, "node.keep");
        const identities = await node.ageIdentities();
        writeFileSync(options.out, `${identities.join("\n")}\n`, { flag: "wx", mode: 0o600, flush: true });
        await node.store.transact(officer, (t) => t.audit.note("media.identity", options.out, {}));
        print(command, { file: options.out, identities: identities.length }, [
          `age --decrypt --identity ${options.out} FILE opens what is sealed for us. Whoever has ${options.out} can do so too.`,
        ]);
      });
    });
  media
    .command("import")
    .description("take in files that a partner sealed for us, in any order that leaves no gap")
    .argument("<file...>")
    .action(async (files: string[], _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const reports: (MediaReport & { file: string })[] = [];
        for (const file of files.toSorted())
          reports.push({ file, ...(await node.exchange.importMedia(officer, readSealed(file))) });
        print(command, { files: reports }, reports.flatMap(reportLines));
        if (reports.some((report) => report.stopped !== null)) process.exitCode = 1;
      });
    });
}

interface ExportOptions {
  readonly out: string;
  readonly channel?: string;
  readonly split: string;
  readonly via: readonly string[];
}

const via = (value: string, before: readonly string[]): string[] => [...before, value];

/** `NAME=KEY`, or the name of a partner, whose key is pinned. */
function hopOf(text: string, channels: readonly Channel[]): Hop {
  const [, name, key] = /^([^=]+)=([A-Za-z0-9+/]{43}=)$/.exec(text) ?? [];
  if (name !== undefined && key !== undefined) return { name, key };
  const known = channels.find(({ partnerName, state }) => partnerName === text && state === "active");
  if (known !== undefined) return { name: known.partnerName, key: known.partnerKey };
  throw new CliError("hop-unknown", `${text} is neither NAME=KEY nor a partner`, {
    fix: "Ask the carrier for its key: entente keys show.",
  });
}

/** A stranger's words on a terminal: no control character of them. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}

function reportLines(report: MediaReport & { readonly file: string }): string[] {
  const { file, part, last, partner, stored, duplicate, confirmed, stopped } = report;
  return [
    `${file}: part ${part}${last ? ", the last" : ", more follow"}, from ${partner}: ${stored} taken in, ${duplicate} here already, ${confirmed} of ours arrived`,
    ...(stopped === null ? [] : [`  stopped at place ${stopped.at}: ${stopped.message} [${stopped.code}]`]),
  ];
}

function readSealed(file: string): Uint8Array {
  try {
    if (statSync(file).size <= MAX_MEDIA_BYTES) return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new CliError("file-unreadable", `${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: file,
      cause,
    });
  }
  throw new CliError("file-unreadable", `${file} has more than ${MAX_MEDIA_BYTES} bytes`, {
    where: file,
    fix: "Ask the partner to split it: entente media export --split.",
  });
}
