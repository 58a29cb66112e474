import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { openHome, openNode } from "#node";
import { homeFolder, passphrase, print } from "../context.ts";
import { addInitOptions, initialise, type InitOptions } from "./init.ts";

/** Feeds run every ten seconds at most; a look at the list costs one short query. */
const FEED_POLL_MS = 2000;

export function startCommand(program: Command): void {
  addInitOptions(program.command("start").description("run this party's node; the first start makes it")).action(
    async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<InitOptions>();
      const folder = homeFolder(options);
      const made = existsSync(join(folder, "config.json")) ? null : await initialise(options);
      const stop = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
      const node = await openNode(await openHome(folder, passphrase), {
        clock: () => new Date(),
        onError: (error) => console.error(error),
      });
      const link = await node.openLink();
      const feeds = node.feeds.start({ pollMs: FEED_POLL_MS, onError: (error) => console.error(error) });
      const web = await node.serveWeb(() => link.wake());
      const taxii = await node.serveTaxii();
      print(
        command,
        { home: folder, link: link.port, web: web.port, taxii: taxii?.port ?? web.port, signIn: made?.signIn ?? null },
        [
          `${node.self.name}: the workbench is at http://${node.home.config.web.host}:${web.port}, the link listens on port ${link.port}.`,
          ...(made === null ? [] : [`First sign-in, once, within a day: ${made.signIn}`]),
          "Stop with Ctrl-C.",
        ],
      );
      await new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve(), { once: true }));
      await web.close();
      await taxii?.close();
      await feeds.stop();
      await link.close();
      await node.close();
    },
  );
}
