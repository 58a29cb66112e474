import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines, MEDIA, openFace, type TestFace, tool, uuid, walk } from "./testing.ts";

const ROOT = "/taxii2/default/";
const OBJECTS = `${ROOT}collections/box/objects/`;
const MANIFEST = `${ROOT}collections/box/manifest/`;
const ids = (body: { objects?: readonly { id: string }[] }) => (body.objects ?? []).map((object) => object.id);
const v = (n: number) => `2025-0${n}-01T00:00:00.000Z`;

describe.each(Object.keys(engines))("TAXII 2.1 on %s", (name) => {
  let face: TestFace;
  beforeAll(async () => {
    const engine = await engines[name]?.();
    if (engine === undefined) throw new Error(name);
    face = await openFace(engine);
    await face.addClient("own");
    await face.addClient("other");
    await face.addCollection("box");
    await face.addCollection("inlet", { readers: [] });
    await face.addCollection("outlet", { writers: [] });
    await face.addCollection("empty");
    await face.addCollection("all", { kind: "records", writers: [] });
    // Two versions of tool 1, one of 2 to 5, an SCO without a version.
    await face.post("own", "box", [tool(1), tool(2), tool(3)]);
    await face.post("own", "box", [tool(1, { modified: v(3), name: "Newer" }), tool(4), tool(5)]);
    await face.post("own", "box", [
      { type: "domain-name", spec_version: "2.1", id: `domain-name--${uuid(6)}`, value: "x.example" },
    ]);
  });
  afterAll(async () => {
    expect(face.errors).toEqual([]);
    await face.store.close();
  });

  test("discovery and API root follow the address that the client used", async () => {
    const found = await face.app.request("https://taxii.example:8443/taxii2/", {
      headers: { authorization: `Bearer ${face.secrets.get("own")?.token}`, accept: MEDIA },
    });
    expect(found.headers.get("content-type")).toBe(MEDIA);
    expect(await found.json()).toEqual({
      title: "Home",
      default: "https://taxii.example:8443/taxii2/default/",
      api_roots: ["https://taxii.example:8443/taxii2/default/"],
    });
    expect((await face.json("own", ROOT)).body).toEqual({
      title: "Home",
      versions: [MEDIA],
      max_content_length: 16_777_216,
    });
  });

  test("collections: what this client may see, as it may use it", async () => {
    const { body } = await face.json("own", `${ROOT}collections/`);
    const list = body["collections"] as Record<string, unknown>[];
    expect(list.map((item) => [item["alias"], item["can_read"], item["can_write"]])).toEqual([
      ["box", true, true],
      ["inlet", false, true],
      ["outlet", true, false],
      ["empty", true, true],
      ["all", true, false],
    ]);
    expect((await face.json("own", `${ROOT}collections/${String(list[0]?.["id"])}/`)).body).toEqual(list[0]);
    expect((await face.json("own", `${ROOT}collections/box/`)).body).toEqual(list[0]);
    expect((await face.json("other", `${ROOT}collections/`)).body).toEqual({});
  });

  test("objects: the latest of each, oldest added first, to the letter", async () => {
    const response = await face.ask("own", OBJECTS);
    const text = await response.text();
    expect(text).toContain(JSON.stringify(tool(1, { modified: v(3), name: "Newer" })));
    expect(ids(JSON.parse(text) as never)).toEqual([
      ...[2, 3, 1, 4, 5].map((n) => tool(n).id),
      `domain-name--${uuid(6)}`,
    ]);
    const [first = "", last = ""] = ["First", "Last"].map(
      (end) => response.headers.get(`x-taxii-date-added-${end}`) ?? "",
    );
    expect(first).toMatch(/^2026-06-01T00:00:00\.\d{6}Z$/);
    expect(first < last).toBe(true);
    expect((await face.json("own", `${ROOT}collections/empty/objects/`)).body).toEqual({});
    expect((await face.json("own", `${ROOT}collections/empty/manifest/`)).body).toEqual({});
  });

  test("manifest: one entry a version, dates strictly increasing; added_after is strict to the microsecond", async () => {
    const { body } = await face.json("own", `${MANIFEST}?match[version]=all`);
    const entries = body.objects as unknown as {
      id: string;
      date_added: string;
      version: string;
      media_type: string;
    }[];
    expect(entries).toHaveLength(7);
    expect(entries[0]).toEqual({
      id: tool(1).id,
      date_added: expect.any(String),
      version: "2025-01-01T00:00:00.000Z",
      media_type: "application/stix+json;version=2.1",
    });
    expect(entries.at(-1)?.version).toBe("1970-01-01T00:00:00.000Z");
    for (const [n, { date_added }] of entries.entries()) {
      const after = await face.json("own", `${MANIFEST}?match[version]=all&added_after=${date_added}`);
      expect(ids(after.body)).toEqual(entries.slice(n + 1).map((entry) => entry.id));
      if (n > 0) expect(date_added > (entries[n - 1]?.date_added ?? "")).toBe(true);
    }
  });

  test("paging by next and by added_after; each agrees with match[version]", async () => {
    for (const query of ["", "match[version]=all&", "match[version]=first&", "match[type]=tool&"]) {
      const whole = ids((await face.json("own", `${OBJECTS}?${query}`)).body);
      for (const limit of [1, 2, 3, 7]) {
        const pages = await walk(face, "own", OBJECTS, `${query}limit=${limit}`);
        expect(pages.flatMap(ids)).toEqual(whole);
        expect(pages.every((page) => ids(page).length <= limit && ids(page).length > 0)).toBe(true);
        expect(pages.at(-1)?.more).toBeUndefined();
      }
      const byDate: string[] = [];
      let after = "";
      for (;;) {
        const { body, headers } = await face.json("own", `${OBJECTS}?${query}limit=2${after}`);
        byDate.push(...ids(body));
        if (body.more !== true) break;
        after = `&added_after=${headers.get("x-taxii-date-added-last")}`;
      }
      expect(byDate).toEqual(whole);
    }
  });

  test.each([
    ["match[id]", `match[id]=${tool(2).id},${tool(4).id},${tool(99).id}`, [2, 4]],
    ["id and type hold together", `match[id]=${tool(2).id}&match[type]=malware`, []],
    ["types are alternatives", "match[type]=malware,tool", [2, 3, 1, 4, 5]],
    ["first", "match[version]=first&match[type]=tool", [1, 2, 3, 4, 5]],
    ["first or last", `match[version]=first,last&match[id]=${tool(1).id}`, [1, 1]],
    ["a timestamp in another precision", `match[version]=2025-03-01T00:00:00Z`, [1]],
    ["a timestamp with an offset", `match[version]=${encodeURIComponent("2025-03-01T05:00:00+05:00")}`, [1]],
    ["a timestamp or last", `match[version]=2025-01-01T00:00:00.000Z,last&match[id]=${tool(1).id}`, [1, 1]],
    ["spec_version", "match[spec_version]=2.0,2.1&match[type]=tool", [2, 3, 1, 4, 5]],
    ["another spec_version", "match[spec_version]=2.0", []],
  ])("%s", async (_, query, expected) => {
    expect(ids((await face.json("own", `${OBJECTS}?${query}`)).body)).toEqual(expected.map((n) => tool(n).id));
    expect(ids((await face.json("own", `${MANIFEST}?${query}`)).body)).toEqual(expected.map((n) => tool(n).id));
  });

  test("one object, and its versions", async () => {
    const path = `${OBJECTS}${tool(1).id}/`;
    expect((await face.json("own", path)).body.objects).toEqual([tool(1, { modified: v(3), name: "Newer" })]);
    expect(ids((await face.json("own", `${path}?match[version]=all`)).body)).toHaveLength(2);
    expect((await face.json("own", `${path}?match[version]=2001-01-01T00:00:00Z`)).body).toEqual({});
    expect((await face.json("own", `${path}versions/`)).body).toEqual({ versions: [v(1), v(3)] });
    const paged = await face.json("own", `${path}versions/?limit=1`);
    expect(paged.body).toMatchObject({ more: true, versions: [v(1)] });
    expect((await face.json("own", `${path}versions/?limit=1&next=${paged.body.next}`)).body).toEqual({
      versions: [v(3)],
    });
    for (const none of [`${OBJECTS}${tool(99).id}/`, `${OBJECTS}${tool(99).id}/versions/`, `${OBJECTS}nonsense/`])
      expect((await face.json("own", none)).status).toBe(404);
  });

  test("POST: 202 with a status; each malformed object has its own entry; a version already there is a success", async () => {
    const odd = {
      type: "tool",
      id: `tool--${uuid(70)}`,
      spec_version: "2.1",
      created: "yesterday",
      modified: v(2),
      name: "x",
    };
    const body = `{"objects": [${JSON.stringify(tool(71))}, {"id": "tool--1", }, 5, ${JSON.stringify(odd)}, ${JSON.stringify(tool(71))}, ${JSON.stringify(tool(71, { name: "Other words" }))}]}`;
    const path = `${ROOT}collections/box/objects/`;
    const posted = await face.json("own", path, { method: "POST", body, headers: { "content-type": MEDIA } });
    expect(posted.status).toBe(202);
    expect(posted.body).toMatchObject({
      status: "complete",
      total_count: 6,
      success_count: 2,
      failure_count: 4,
      pending_count: 0,
    });
    expect(posted.body.failures?.map(({ id }) => id)).toEqual([
      "unknown--00000000-0000-4000-8000-000000000000",
      "unknown--00000000-0000-4000-8000-000000000000",
      odd.id,
      tool(71).id,
    ]);
    expect(posted.body.failures?.[2]).toMatchObject({ version: v(2), message: expect.stringContaining("/created") });
    const status = `${ROOT}status/${String(posted.body["id"])}/`;
    expect((await face.json("own", status)).body).toEqual(posted.body);
    expect((await face.json("other", status)).status).toBe(404);
    const time = face.time;
    face.time += 23 * 3_600_000;
    expect((await face.json("own", status)).status).toBe(200);
    face.time += 3_600_001;
    expect((await face.json("own", status)).status).toBe(404);
    face.time = time;
    expect((await face.post("own", "box", [tool(71)])).body).toMatchObject({ success_count: 1, failure_count: 0 });
    expect((await face.ask("own", `${OBJECTS}${tool(71).id}/`, { method: "DELETE" })).status).toBe(200);
  });

  test("an object that is here already is in a collection once it was posted there; taken out, it stays elsewhere", async () => {
    expect((await face.post("own", "empty", [tool(2), tool(1)])).body.success_count).toBe(2);
    const path = `${ROOT}collections/empty/objects/`;
    // The newer version was not posted here.
    expect((await face.json("own", path)).body.objects).toEqual([tool(1), tool(2)]);
    await face.post("own", "empty", [tool(1, { modified: v(3), name: "Newer" })]);
    expect((await face.json("own", `${path}?match[version]=last`)).body.objects).toHaveLength(2);
    expect((await face.ask("own", `${path}${tool(1).id}/?match[version]=${v(1)}`, { method: "DELETE" })).status).toBe(
      200,
    );
    expect((await face.json("own", `${path}${tool(1).id}/versions/`)).body).toEqual({ versions: [v(3)] });
    for (const n of [1, 2])
      expect((await face.ask("own", `${path}${tool(n).id}/`, { method: "DELETE" })).status).toBe(200);
    expect((await face.json("own", path)).body).toEqual({});
    expect((await face.ask("own", `${path}${tool(2).id}/`, { method: "DELETE" })).status).toBe(404);
    expect((await face.ask("own", `${OBJECTS}${tool(2).id}/`)).status).toBe(200);
  });

  test("a collection of all records shows them, and cannot be written to", async () => {
    const all = await walk(face, "own", `${ROOT}collections/all/objects/`, "limit=3");
    const found = all.flatMap(ids);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toContain(tool(5).id);
    expect((await face.post("own", "all", [tool(80)])).status).toBe(403);
  });

  test.each<[string, string, RequestInit, number]>([
    ["a page mark that is made up", `${OBJECTS}?next=5`, {}, 400],
    ["another's page mark", `${OBJECTS}?next=5.AAAAAAAAAAAAAAAAAAAAAA`, {}, 400],
    ["added_after that is no time", `${OBJECTS}?added_after=yesterday`, {}, 400],
    ["a leap second", `${OBJECTS}?added_after=2016-12-31T23:59:60Z`, {}, 400],
    ["limit 0", `${OBJECTS}?limit=0`, {}, 400],
    ["limit -1", `${OBJECTS}?limit=-1`, {}, 400],
    ["limit that is no number", `${OBJECTS}?limit=many`, {}, 400],
    ["a version that is none", `${OBJECTS}?match[version]=newest`, {}, 400],
    ["a match that does not exist", `${OBJECTS}?match[name]=x`, {}, 400],
    ["a match that this resource has not", `${OBJECTS}${tool(2).id}/?match[type]=tool`, {}, 400],
    ["an empty value", `${OBJECTS}?match[type]=tool,`, {}, 400],
    ["a parameter twice", `${OBJECTS}?limit=1&limit=2`, {}, 400],
    ["an unknown root", "/taxii2/nowhere/", {}, 404],
    ["an unknown collection", `${ROOT}collections/nowhere/objects/`, {}, 404],
    ["an unknown path", "/taxii2/default/nowhere/else/", {}, 404],
    ["no slash at the end", "/taxii2/default/collections", {}, 404],
    ["broken percent-encoding", "/taxii2/default/collections/%E0%A4%A/", {}, 404],
    ["a method that a resource has not", `${ROOT}collections/`, { method: "POST" }, 405],
    ["another method", OBJECTS, { method: "PATCH" }, 405],
    ["reading where one may only write", `${ROOT}collections/inlet/objects/`, {}, 403],
    ["writing where one may only read", `${ROOT}collections/outlet/objects/`, { method: "POST" }, 403],
    ["deleting where one may only write", `${ROOT}collections/inlet/objects/${tool(1).id}/`, { method: "DELETE" }, 403],
    ["an Accept of another kind", OBJECTS, { headers: { accept: "application/json" } }, 406],
    ["an Accept of another version", OBJECTS, { headers: { accept: "application/taxii+json;version=2.0" } }, 406],
    ["an Accept that refuses us", OBJECTS, { headers: { accept: `${MEDIA};q=0, text/html` } }, 406],
    [
      "a body of another kind",
      OBJECTS,
      { method: "POST", body: "{}", headers: { "content-type": "application/json" } },
      415,
    ],
    [
      "a body of another version",
      OBJECTS,
      { method: "POST", body: "{}", headers: { "content-type": "application/taxii+json;version=2.0" } },
      415,
    ],
    ["a body that is no JSON", OBJECTS, { method: "POST", body: "hello", headers: { "content-type": MEDIA } }, 400],
    [
      "a body that ends in the middle",
      OBJECTS,
      { method: "POST", body: '{"objects":[{"a":1}', headers: { "content-type": MEDIA } },
      400,
    ],
    [
      "a body too large",
      OBJECTS,
      { method: "POST", body: " ".repeat(17_000_000), headers: { "content-type": MEDIA } },
      413,
    ],
  ])("refused in TAXII's own words: %s", async (_, path, init, status) => {
    const response = await face.ask("own", path, init);
    expect(response.headers.get("content-type")).toBe(MEDIA);
    const body = (await response.json()) as Record<string, unknown>;
    expect([response.status, body["http_status"]]).toEqual([status, String(status)]);
    expect(body["title"]).toEqual(expect.any(String));
    expect(body["error_id"]).toMatch(/^[0-9a-f-]{36}$/);
    if (status === 405) expect(response.headers.get("allow")).toMatch(/^GET, HEAD/);
  });

  test.each([
    "application/taxii+json",
    "application/taxii+json; version=2.1; charset=utf-8",
    "*/*",
    "text/html, application/*;q=0.5",
    'application/taxii+json;version="2.1"',
  ])("an Accept that takes ours: %s", async (accept) => {
    expect((await face.ask("own", OBJECTS, { headers: { accept } })).status).toBe(200);
  });

  test("HEAD answers as GET without a body", async () => {
    const response = await face.ask("own", OBJECTS, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("x-taxii-date-added-first")).not.toBeNull();
  });

  test("who is not known learns nothing, not even what is there", async () => {
    for (const path of ["/taxii2/", OBJECTS, "/taxii2/nowhere/"]) {
      const response = await face.ask(null, path);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^Basic realm=/);
      expect(((await response.json()) as { http_status: string }).http_status).toBe("401");
    }
    for (const path of [`${ROOT}collections/box/`, OBJECTS, MANIFEST, `${OBJECTS}${tool(1).id}/`])
      expect((await face.json("other", path)).body["title"]).toBe(
        (await face.json("other", `${ROOT}collections/none/`)).body["title"],
      );
  });
});
