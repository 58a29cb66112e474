import { type Command, InvalidArgumentError, Option } from "commander";
import { CodedError } from "#base";
import type { Credentials } from "#exchange";
import type { EntenteNode } from "#node";
import type { Feed, FeedCounts } from "#store";
import { actingOfficer, findChannel, print, readText, withNode } from "../context.ts";
import { CliError } from "../errors.ts";

interface AddOptions {
  readonly url: string;
  readonly root?: string;
  readonly collection: string;
  readonly direction: "pull" | "push";
  readonly every: number;
  readonly marking: readonly string[];
  readonly recipient?: string;
  readonly purpose?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `30s`, `15m`, `6h`, `1d` in seconds; 0 for `never`. */
function interval(text: string): number {
  if (text === "never") return 0;
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (match === null) throw new InvalidArgumentError("an interval is given as 30s, 15m, 6h, 1d or never");
  return Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1);
}

export function feedCommand(program: Command): void {
  const feed = program.command("feed").description("standing exchanges with collections of TAXII 2.1 servers");
  addCommand(feed);
  feed
    .command("run")
    .description("run one feed now, or all")
    .argument("[name]")
    .action(async (name: string | undefined, _options: object, command: Command) => {
      await withNode(command, (node) => runFeeds(command, node, name));
    });
  feed
    .command("list")
    .description("the feeds, with what they moved and how they stand")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const feeds = await node.feeds.list(await actingOfficer(command, node));
        print(
          command,
          { feeds: feeds.map(shown) },
          feeds.length === 0 ? "There are no feeds." : feeds.map((item) => line(item)),
        );
      });
    });
  feed
    .command("remove")
    .description("forget a feed and its credentials; what it brought in stays")
    .argument("<name>")
    .action(async (name: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        await node.feeds.remove(await actingOfficer(command, node), name);
        print(command, { removed: name }, `${name} is removed; what it brought in stays.`);
      });
    });
}

function addCommand(feed: Command): void {
  feed
    .command("add")
    .description("keep a feed; a running node runs it, feed run runs it now")
    .argument("<name>")
    .requiredOption("--url <url>", "the server's discovery address (https)")
    .requiredOption("--collection <id>", "id, alias or title")
    .option("--root <url>", "the API root, when the server has several")
    .addOption(
      new Option("--direction <direction>", "bring records in, or give them out")
        .choices(["pull", "push"])
        .default("pull"),
    )
    .option("--every <interval>", "30s, 15m, 6h, 1d, or never", interval, 900)
    .option("--marking <id...>", "pull: markings to give to everything that comes in", [])
    .option("--recipient <partner>", "push: the party that the collection belongs to (partner's name, channel or id)")
    .option("--purpose <purpose>", "push: what it is given for")
    .option("--user <name>", "sign in by name and password")
    .option("--password-file <file>", "the password, alone in a file")
    .option("--token-file <file>", "sign in by a bearer token, alone in a file")
    .action(async (name: string, options: AddOptions, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const credentials = credentialsOf(options);
        const recipient =
          options.recipient === undefined || /^identity--[0-9a-f-]{36}$/.test(options.recipient)
            ? options.recipient
            : (await findChannel(node, officer, options.recipient)).partner;
        const added = await node.feeds.add(officer, {
          name,
          url: options.url,
          collection: options.collection,
          direction: options.direction,
          everySeconds: options.every === 0 ? null : options.every,
          markings: options.marking,
          ...(options.root === undefined ? {} : { root: options.root }),
          ...(recipient === undefined ? {} : { recipient }),
          ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
          ...(credentials === null ? {} : { credentials }),
        });
        print(command, shown(added), `${name} is kept. Run it now: entente feed run ${name}`);
      });
    });
}

async function runFeeds(command: Command, node: EntenteNode, name: string | undefined): Promise<void> {
  const officer = await actingOfficer(command, node);
  const names = name === undefined ? (await node.feeds.list(officer)).map((item) => item.name) : [name];
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal);
  const runs: Ran[] = [];
  for (const one of names) {
    if (stop.signal.aborted) break;
    try {
      const run = await node.feeds.run(officer, one, {
        signal: stop.signal,
        onProgress: (counts) => {
          if (process.stderr.isTTY) process.stderr.write(`\r${one}: ${moved(counts)}  `);
        },
      });
      if (process.stderr.isTTY) process.stderr.write("\n");
      runs.push({ value: run, words: `${one}: ${run.state}, ${moved(run)}` });
      if (run.state !== "done") process.exitCode = 1;
    } catch (error) {
      // One that fails does not keep the others from running; asked for alone, it is the command's own failure.
      if (name !== undefined || !(error instanceof CodedError)) throw error;
      process.exitCode = 1;
      const { code, message } = error;
      runs.push({
        value: { name: one, state: "failed", error: { code, message } },
        words: `${one}: FAILED: ${message}`,
      });
    }
  }
  process.removeListener("SIGINT", onSignal);
  print(
    command,
    name === undefined ? { runs: runs.map((run) => run.value) } : (runs[0]?.value ?? {}),
    runs.length === 0 ? "There are no feeds." : runs.map((run) => run.words),
  );
}

interface Ran {
  readonly value: object;
  readonly words: string;
}

function credentialsOf({ user, passwordFile, tokenFile }: AddOptions): Credentials | null {
  // Never as an option of the command: the list of processes shows those to everybody on the machine.
  const pair = user !== undefined && passwordFile !== undefined;
  if ((!pair && (user !== undefined || passwordFile !== undefined)) || (pair && tokenFile !== undefined))
    throw new CliError("option-invalid", "sign in by --user and --password-file together, or by --token-file alone");
  if (user?.includes(":") === true) throw new CliError("option-invalid", "a name may not hold a colon (RFC 7617)");
  if (tokenFile !== undefined) return { kind: "bearer", token: secret(tokenFile, /^[\x21-\x7e]+$/) };
  return pair ? { kind: "basic", username: user, password: secret(passwordFile, /^[^\p{Cc}]+$/u) } : null;
}

function secret(file: string, form: RegExp): string {
  const text = readText(file).replace(/\r?\n$/, "");
  if (form.test(text) && text.length <= 8192) return text;
  throw new CliError("option-invalid", `${file} holds no password or token alone on one line`, { where: file });
}

/** Where a walk stands is for the next run only. */
function shown(feed: Feed): Omit<Feed, "position"> {
  const { position: _, ...rest } = feed;
  return rest;
}

function moved({ imported, unchanged, problems, sent, refused, withheld }: FeedCounts): string {
  const parts: [number, string][] = [
    [imported, "imported"],
    [unchanged, "already here"],
    [problems, "problems"],
    [sent, "given"],
    [refused, "not taken"],
    [withheld, "kept back"],
  ];
  return (
    parts
      .filter(([n]) => n > 0)
      .map(([n, word]) => `${n} ${word}`)
      .join(", ") || "nothing new"
  );
}

function line(feed: Feed): string {
  const state = feed.lastError === null ? (feed.lastRunAt ?? "never run") : `FAILED: ${feed.lastError}`;
  const next = feed.everySeconds === null ? "by hand" : `next ${feed.nextRunAt ?? "now"}`;
  return `${feed.name.padEnd(16)} ${feed.direction}  ${feed.url}  ${state}  ${next}  ${moved(feed)}`;
}
