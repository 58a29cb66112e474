import type { Command } from "commander";
import { compareCommand } from "./screen-compare.ts";

export function screenCommand(program: Command): void {
  const screen = program.command("screen").description("is this name on a list? Possible matches, with the reasons");
  compareCommand(screen);
}
