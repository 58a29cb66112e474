/** A node in a process of its own, for the tests that kill it. Tells its parent when it runs. */
import { openHome, openNode } from "#node";

const node = await openNode(await openHome(process.argv[2] ?? ""), {
  clock: () => new Date(),
  onError: (error) => console.error(error),
});
const link = await node.openLink();
link.wake();
process.send?.("running");
