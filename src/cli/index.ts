/** cli: one file a command: parse, call, print. `main.ts` runs; nothing imports this room. */
export const COMMAND_LINE = "entente";
