import type { Command } from "commander";
import { assessCommand, commitmentsCommand, evidenceCommand } from "./commitments.ts";
import { noteCommand, recordCommand, signCommand, taskCommand } from "./joint.ts";
import { newCommand, roundCommand, statementCommand } from "./records.ts";
import { diffCommand, exportCommand, listCommand, nextRoundCommand, progressCommand } from "./screens.ts";

export function dialogueCommand(program: Command): void {
  const dialogue = program
    .command("dialogue")
    .description("rounds, statements, commitments, each side's own score, and the screen before the next round");
  for (const add of [
    newCommand,
    listCommand,
    roundCommand,
    statementCommand,
    commitmentsCommand,
    evidenceCommand,
    assessCommand,
    diffCommand,
    nextRoundCommand,
    progressCommand,
    recordCommand,
    signCommand,
    noteCommand,
    taskCommand,
    exportCommand,
  ])
    add(dialogue);
}
