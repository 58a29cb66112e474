import type { Command } from "commander";
import type { OfficerViewer } from "#access";
import type { EntenteNode } from "#node";
import { type Dialogue, DialogueError } from "#pillars/dialogues";
import { actingOfficer, findChannel, withNode } from "../../context.ts";

/** Options of a command that makes a record. */
export interface Marked {
  readonly marking: readonly string[];
}

export const marked = (command: Command): Command =>
  command.option("--marking <id...>", "its markings; with none it is national and goes to nobody", []);

export interface Desk {
  readonly node: EntenteNode;
  readonly officer: OfficerViewer;
}

/** Opens the node for the acting officer. */
export const atDesk = (command: Command, work: (desk: Desk) => Promise<void>): Promise<void> =>
  withNode(command, async (node) => work({ node, officer: await actingOfficer(command, node) }));

/** A party of the world as its officers name it: `us`, a partner's name, a channel, or an identity's id. */
export async function partyRef({ node, officer }: Desk, name: string): Promise<string> {
  if (name === "us" || name === node.self.name) return node.self.id;
  return name.startsWith("identity--") ? name : (await findChannel(node, officer, name)).partner;
}

/** A party of a dialogue by its name there, `us`, or its id. @throws DialogueError `dialogue-invalid`. */
export function partyOf({ node }: Desk, parties: Dialogue["parties"], name: string): string {
  const found = parties.find(
    (party) => party.name === name || party.ref === name || (name === "us" && party.ref === node.self.id),
  );
  if (found !== undefined) return found.ref;
  throw new DialogueError("dialogue-invalid", `${name} is not a party of this dialogue`, {
    fix: `Name one of: us, ${parties.map((party) => party.name).join(", ")}.`,
  });
}

/** A dialogue by its id or its name; the only one when none is named. */
export async function dialogueId({ node, officer }: Desk, name: string | undefined): Promise<string> {
  const all = await node.dialogues.list(officer);
  const found = all.filter((dialogue) => name === undefined || dialogue.id === name || dialogue.name === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw new DialogueError(
    "dialogue-unknown",
    found.length === 0
      ? `there is no dialogue${name === undefined ? "" : ` ${name}`} that you may see`
      : "there are several dialogues",
    {
      fix:
        all.length === 0
          ? "Begin one: entente dialogue new --help"
          : `Name one: ${all.map((dialogue) => dialogue.name).join("; ")}.`,
    },
  );
}

/** `Name; title; party` as one argument. */
export function personOption(desk: Desk, parties: Dialogue["parties"], text: string) {
  const [name = "", title = "", party = ""] = text.split(";").map((part) => part.trim());
  return { name, ...(title === "" ? {} : { title }), party: partyOf(desk, parties, party) };
}
