import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { MAX_MEDIA_BYTES, type MediaReport } from "#exchange";
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
    .action(async (options: { out: string; channel?: string; split: string }, command: Command) => {
      const split = Number(options.split);
      if (!Number.isSafeInteger(split) || split < 1) command.error("error: --split takes a number of bytes");
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channel = await findChannel(node, officer, options.channel);
        mkdirSync(resolve(options.out), { recursive: true });
        const files = [];
        for await (const { name, bytes, ...part } of node.exchange.exportMedia(officer, channel.id, split)) {
          const file = join(resolve(options.out), name);
          writeFileSync(file, bytes, { flag: "wx", flush: true });
          files.push({ file, bytes: bytes.length, ...part });
        }
        print(command, { channel: channel.id, files }, [
          ...files.map(({ file, parcels }) => `${file}  ${parcels} parcel(s)`),
          `Only ${channel.partnerName} can open them. They stay unconfirmed here until a receipt returns, by any way.`,
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
