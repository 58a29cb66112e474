/** Prints the OpenAPI document of this version, from a node that stands only in memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHome, openNode } from "#node";

const folder = mkdtempSync(join(tmpdir(), "entente-openapi-"));
const id = "identity--00000000-0000-4000-8000-000000000000";
const home = await createHome(
  join(folder, "home"),
  {
    party: { id, name: "Nobody", purposes: [] },
    link: { host: "127.0.0.1", port: 0, url: "https://127.0.0.1:1" },
    web: { host: "127.0.0.1", port: 0 },
    store: "sqlite",
  },
  new Date(),
);
const node = await openNode(home, { clock: () => new Date(), onError: (error) => console.error(error) });
const web = await node.serveWeb(() => undefined);
const response = await fetch(`http://127.0.0.1:${web.port}/api/v1/openapi.json`);
console.log(await response.text());
await web.close();
await node.close();
rmSync(folder, { recursive: true });
