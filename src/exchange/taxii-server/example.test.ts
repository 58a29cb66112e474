import { expect, test } from "vitest";
import { createTaxiiServer } from "./index.ts";
import { memoryPort } from "./testing.ts";

/** The example of README.md, to the letter but for what it prints. */
test("the README's example", async () => {
  const server = createTaxiiServer({
    port: memoryPort("secret", () => new Date()),
    key: crypto.getRandomValues(new Uint8Array(32)),
    path: "/taxii2/",
    title: "Example",
    now: Date.now,
    onError: console.error,
  });
  const headers = {
    authorization: "Bearer secret",
    accept: "application/taxii+json;version=2.1",
    "content-type": "application/taxii+json;version=2.1",
  };
  const tool = (n: number) =>
    `{"type":"tool","id":"tool--${n}","spec_version":"2.1", "modified":"2026-01-0${n}T00:00:00Z"}`;
  const body = `{"objects":[${tool(1)},${tool(2)},{"broken":]}]}`;
  const posted = await server.request("/taxii2/api/collections/box/objects/", { method: "POST", headers, body });
  const page = await server.request("/taxii2/api/collections/box/objects/?limit=1", { headers });

  expect(posted.status).toBe(400);
  expect(await page.text()).toBe("{}");
  const good = { method: "POST", headers, body: `{"objects":[${tool(1)},${tool(2)},{"broken":nothing}]}` };
  const status = await server.request("/taxii2/api/collections/box/objects/", good);
  expect(await status.json()).toMatchObject({ success_count: 2, failure_count: 1 });
  const first = await server.request("/taxii2/api/collections/box/objects/?limit=1", { headers });
  const text = await first.text();
  expect(text).toMatch(/^\{"more":true,"next":"1\.[\w-]{22}","objects":\[/);
  expect(text).toContain(tool(1));
});
