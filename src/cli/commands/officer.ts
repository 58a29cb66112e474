import type { Command } from "commander";
import { type OfficerViewer, requirePermission, whoCan } from "#access";
import type { EntenteNode } from "#node";
import { type Role, ROLES } from "#policy";
import type { Officer } from "#store";
import { actingOfficer, dateOption, print, withNode } from "../context.ts";
import { CliError } from "../errors.ts";
import { signInLink } from "./init.ts";

interface TermOptions {
  readonly unit?: string;
  readonly from?: string;
  readonly until?: string;
}

/** A role's unit and time as options give them. */
const terms = ({ unit = "", from, until }: TermOptions) => ({
  unit,
  until: until === undefined ? null : dateOption(until),
  ...(from === undefined ? {} : { from: dateOption(from) }),
});

/** The work of whoever administers officers, on the officer with this address. */
async function administer<T>(
  command: Command,
  address: string,
  work: (node: EntenteNode, actor: OfficerViewer, officer: Officer) => Promise<T>,
): Promise<T> {
  return withNode(command, async (node) => {
    const actor = await actingOfficer(command, node);
    requirePermission(actor, "officer.manage");
    return work(node, actor, await officerBy(node, address));
  });
}

export async function officerBy(node: EntenteNode, address: string): Promise<Officer> {
  const found = (await node.access.officers()).find((officer) => officer.email === address.toLowerCase());
  if (found === undefined)
    throw new CliError("officer-missing", `no officer with the address ${address}`, {
      fix: "List them with `entente officer list`.",
    });
  return found;
}

export function officerCommand(program: Command): void {
  const officer = program.command("officer").description("the people of this party, and what they may do");
  officer
    .command("add")
    .requiredOption("--name <name>")
    .requiredOption("--email <address>")
    .requiredOption("--role <role...>", ROLES.join(", "))
    .option("--unit <unit>", "the officer's unit; the roles are held for it")
    .option("--from <date>", "from when the roles are held")
    .option("--until <date>", "until when the roles are held")
    .description("add an officer and print a one-time sign-in link")
    .action(async (options: { name: string; email: string; role: Role[] } & TermOptions, command: Command) => {
      await withNode(command, async (node) => {
        const actor = await actingOfficer(command, node);
        requirePermission(actor, "officer.manage");
        const { name, email, role, unit = "" } = options;
        const grants = role.map((each) => ({ role: each, ...terms(options) }));
        const added = await node.access.addOfficer(actor, { name, email, unit, roles: role, grants });
        const signIn = await signInLink(node, node.home, added.id, actor);
        print(command, { ...added, signIn }, `${added.name} signs in, once, within a day: ${signIn}`);
      });
    });
  officer
    .command("link")
    .argument("<address>")
    .description("a new one-time sign-in link")
    .action(async (address: string, _options: object, command: Command) => {
      await administer(command, address, async (node, actor, { id }) => {
        const signIn = await signInLink(node, node.home, id, actor);
        print(command, { officer: id, signIn }, signIn);
      });
    });
  officer
    .command("list")
    .description("who is here, with which roles")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officers = await node.access.officers();
        print(
          command,
          { officers },
          officers.map(
            (item) =>
              `${item.email.padEnd(28)} ${item.name.padEnd(24)} ${item.grants.map(grantWords).join(", ")}${item.disabledAt === null ? "" : " (disabled)"}`,
          ),
        );
      });
    });
  stateCommands(officer);
  roleCommands(officer);
}

function grantWords({ role, unit, until }: Officer["grants"][number]): string {
  return `${role}${unit === "" ? "" : ` for ${unit}`}${until === null ? "" : ` until ${until.slice(0, 10)}`}`;
}

function stateCommands(officer: Command): void {
  for (const [verb, description, past] of [
    ["disable", "let an officer in no more: sessions, tokens and links end", "is let in no more"],
    ["enable", "let an officer in again", "is let in again"],
    ["reset", "forget an officer's passkeys and codes, end every session; give a new link after", "starts anew"],
  ] as const) {
    officer
      .command(verb)
      .argument("<address>")
      .description(description)
      .action(async (address: string, _options: object, command: Command) => {
        await administer(command, address, async (node, actor, { id, name }) => {
          await node.access[verb](actor, id);
          print(command, { officer: id, [verb]: true }, `${name} ${past}.`);
        });
      });
  }
}

function roleCommands(officer: Command): void {
  officer
    .command("roles")
    .argument("<address>")
    .description("show the roles of an officer, grant one with --grant, end one with --end")
    .option("--grant <role>", ROLES.join(", "))
    .option("--unit <unit>", "the unit for which it is held; without one, the whole party")
    .option("--from <date>", "from when it is held")
    .option("--until <date>", "until when it is held")
    .option("--end <grant>", "the id of a grant that ends now, or its role")
    .action(async (address: string, options: { grant?: Role; end?: string } & TermOptions, command: Command) => {
      await administer(command, address, async (node, actor, { id }) => {
        if (options.grant !== undefined) await node.access.grant(actor, id, { role: options.grant, ...terms(options) });
        const grants = () => node.store.read(actor, (r) => r.officers.grants(id));
        if (options.end !== undefined) {
          const named = (await grants()).filter((grant) => grant.endedAt === null);
          const which =
            named.find((grant) => grant.id === options.end) ?? named.find((grant) => grant.role === options.end);
          await node.access.endGrant(actor, id, which?.id ?? options.end);
        }
        const all = await grants();
        print(
          command,
          { officer: id, grants: all },
          all.map(
            (grant) =>
              `${grant.id}  ${grantWords(grant)}, from ${grant.from.slice(0, 10)}${grant.endedAt === null ? "" : `, ended ${grant.endedAt.slice(0, 10)}`}`,
          ),
        );
      });
    });
}

/** The table of who can do what, from the rules that decide. */
export function whoCanCommand(program: Command): void {
  program
    .command("who-can")
    .argument("[permission]", "one permission, for example release.approve")
    .description("who can do what: the table that decides, and what each role reads")
    .action((permission: string | undefined, _options: object, command: Command) => {
      const { roles, permissions, reading } = whoCan();
      const shown = permissions.filter((row) => permission === undefined || row.permission === permission);
      if (shown.length === 0)
        throw new CliError("option-invalid", `there is no permission ${permission ?? ""}`, {
          fix: `Permissions are: ${permissions.map((row) => row.permission).join(", ")}.`,
        });
      const mark = (held: readonly Role[]): string =>
        roles.map((role) => (held.includes(role) ? "yes" : "·").padEnd(6)).join("");
      const heads = roles.map((role, n) => `  ${String.fromCodePoint(65 + n)} = ${role}`);
      const letters = roles.map((_, n) => String.fromCodePoint(65 + n).padEnd(6)).join("");
      const row = (name: string, held: readonly Role[], more: string): string =>
        `${name.padEnd(44)} ${mark(held)}${more}`.trimEnd();
      print(command, { roles, permissions: shown, reading }, [
        ...heads,
        "",
        `${"may".padEnd(44)} ${letters}`.trimEnd(),
        ...shown.map(({ permission: name, roles: held, stepUp, scopes }) =>
          row(
            name,
            held,
            `${stepUp ? " after proving who they are" : ""}${scopes.length === 0 ? "" : ` tokens: ${scopes.join(", ")}`}`,
          ),
        ),
        ...(permission === undefined
          ? [
              "",
              `${"reads a record that is".padEnd(44)} ${letters}`.trimEnd(),
              ...reading.map((r) => row(r.record, r.roles, "")),
            ]
          : []),
      ]);
    });
}
