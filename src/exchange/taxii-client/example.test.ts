import { expect, test } from "vitest";
import { readObjects } from "#stix";
import { createTaxiiClient, type Position, START, walkObjects } from "./index.ts";
import { startTestServer, tool } from "./testing.ts";

/** The example of README.md, to the letter but for the address. */
test("the README's example", async () => {
  const server = await startTestServer();
  server.held.push(
    { object: tool(1), added: "2026-01-01T00:00:00Z" },
    { object: tool(2), added: "2026-01-01T00:00:01Z" },
  );

  const client = createTaxiiClient({
    url: server.url,
    credentials: { kind: "basic", username: "me", password: "secret" },
  });
  const { default: root } = await client.discovery();
  const [collection] = await client.collections(root ?? "");
  let position: Position = START;
  const found: string[] = [];
  for await (const { page, after } of walkObjects(client, root ?? "", collection?.id ?? "", position, {
    now: () => new Date(),
  })) {
    for await (const item of readObjects(new Blob([page.body]).stream())) {
      if (item.kind === "object") found.push(item.text);
    }
    position = after; // save it here, after the page's objects are kept
  }

  expect(found.map((text) => JSON.parse(text) as object)).toEqual([tool(1), tool(2)]);
  expect(position).toEqual({ addedAfter: "2026-01-01T00:00:00.999999Z", page: null });
  await server.close();
});
