import type { Command } from "commander";
import { ALL_SCOPES, type Scope } from "#access";
import { actingOfficer, dateOption, print, withNode } from "../context.ts";
import { officerBy } from "./officer.ts";

export function tokenCommand(program: Command): void {
  const token = program.command("token").description("API tokens: they act as their officer, within their scopes");
  token
    .command("add")
    .description("make a token for the officer who acts; it is shown once")
    .requiredOption("--name <name>", "what it is for")
    .requiredOption("--scope <scope...>", ALL_SCOPES.join(", "))
    .requiredOption("--expires <date>", "within a year")
    .action(async (options: { name: string; scope: Scope[]; expires: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const expires = dateOption(options.expires);
        const made = await node.access.tokens.make(officer, { name: options.name, scopes: options.scope, expires });
        print(command, { token: made.token, ...made.kept }, [
          made.token,
          `Shown once. Send it as: Authorization: Bearer … It ends on ${expires.slice(0, 10)}.`,
        ]);
      });
    });
  token
    .command("list")
    .description("the officer's tokens; with --all everybody's, for whoever administers officers")
    .option("--all")
    .action(async (options: { all?: boolean }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const tokens = await node.access.tokens.list(officer, options.all === true ? null : officer.officer);
        print(
          command,
          { tokens },
          tokens.map(
            (item) =>
              `${item.id}  ${item.name.padEnd(24)} ${item.scopes.join(", ")}  until ${item.expires.slice(0, 10)}, last used ${item.lastUsedAt ?? "never"}${item.endedAt === null ? "" : ", ended"}`,
          ),
        );
      });
    });
  token
    .command("revoke")
    .argument("<id>")
    .description("end a token now")
    .action(async (id: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        await node.access.tokens.end(await actingOfficer(command, node), id);
        print(command, { token: id, ended: true }, `${id} works no more.`);
      });
    });
}

export function sessionCommand(program: Command): void {
  const session = program.command("session").description("where officers are signed in");
  session
    .command("list")
    .description("the sessions of the officer who acts, or of another with --officer")
    .option("--officer <address>")
    .action(async (options: { officer?: string }, command: Command) => {
      await withNode(command, async (node) => {
        const actor = await actingOfficer(command, node);
        const of = options.officer === undefined ? actor.officer : (await officerBy(node, options.officer)).id;
        const sessions = await node.access.sessions(actor, of);
        print(
          command,
          { sessions },
          sessions.map(
            (row) =>
              `${row.id}  ${row.method.padEnd(9)} since ${row.createdAt.slice(0, 16)}, seen ${row.seenAt.slice(0, 16)}  ${row.address}  ${row.agent.slice(0, 60)}`,
          ),
        );
      });
    });
  session
    .command("revoke")
    .argument("[id]", "one session; without it, all of them")
    .description("end sessions of the officer who acts, or of another with --officer")
    .option("--officer <address>")
    .action(async (id: string | undefined, options: { officer?: string }, command: Command) => {
      await withNode(command, async (node) => {
        const actor = await actingOfficer(command, node);
        const of = options.officer === undefined ? actor.officer : (await officerBy(node, options.officer)).id;
        const ended = await node.access.endSessions(actor, of, id === undefined ? { but: null } : { id });
        print(command, { ended }, `${ended} ended.`);
      });
    });
}
