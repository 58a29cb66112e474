/** The partner's node in a process of its own. Tells its parent when it runs; ends with it. */
import { openHome, openNode } from "#node";

const node = await openNode(await openHome(process.argv[2] ?? ""), {
  clock: () => new Date(),
  onError: (error) => console.error(error),
});
await node.openLink();
process.once("disconnect", () => process.exit(0));
process.send?.("running");
