import { beforeAll, expect, test, vi } from "vitest";

// Before anything reads the environment.
vi.hoisted(() => vi.stubEnv("TYPESENSE_PUBLIC_URL", "https://search.example"));

import { adapterOf } from "#components/search/client.ts";
import { ensureIndexes } from "#server/domain/search/rebuild-index.ts";
import { bindTestEngine } from "#server/testing/engine.ts";
import type { Browser } from "#server/testing/http.ts";
import { makeAccount, problem, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

bindTestDatabase();
const engine = bindTestEngine();
let world: World;

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("plain", [{ name: "One", permission: "approvals:decide", needed: 1 }]);
  await world.approvals(3);
  await world.approvals(2, { orgId: world.orgs.ny });
  const other = await makeTenant();
  await other.policy("plain", [{ name: "One", permission: "approvals:decide", needed: 1 }]);
  await other.approvals(4);
  await ensureIndexes({ aborted: false });
});

const keysOf = (browser: Browser) => browser.fetch("/api/search/keys", { method: "POST" });

async function askEngine(key: string, search: object) {
  const answer = await fetch(`${engine.url}/multi_search?x-typesense-api-key=${encodeURIComponent(key)}`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify({ searches: [{ q: "*", query_by: "title", ...search }] }),
  });
  return { status: answer.status, body: await answer.json() };
}

test("a page gets a key for each kind that it may read, for a minute, which says no more than the door", async () => {
  const iris = await signedIn(await makeAccount(world, "decider", world.orgs.ca));
  const said = await keysOf(iris);
  expect(said.status).toBe(200);
  expect(said.headers.get("cache-control")).toBe("no-store");
  const { url, expiresAt, keys } = said.body;
  expect(url).toBe("https://search.example");
  expect(Object.keys(keys)).toEqual(["approvals"]);
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
  const key = keys.approvals as string;
  const { body } = await askEngine(key, { collection: "approvals", filter_by: "state:=PENDING || id:*" });
  expect(body.results[0].found).toBe(3);
  expect(body.results[0].hits[0].document).not.toHaveProperty("tenant_id");
  for (const collection of ["people", "audit", "messages"])
    expect((await askEngine(key, { collection, query_by: "email" })).status).toBe(401);
  const tampered = Buffer.from(Buffer.from(key, "base64").toString().replace(world.tenantId, world.rootId)).toString(
    "base64",
  );
  expect((await askEngine(tampered, { collection: "approvals" })).status).toBe(401);
});

test("the console's own client asks with them, each collection by its key", async () => {
  const ada = await signedIn(await makeAccount(world, "administrator"));
  const { keys } = (await keysOf(ada)).body;
  const { searchClient } = adapterOf({ url: engine.url, keys });
  const { results } = await searchClient.search([
    { indexName: "approvals/sort/created_at:desc", params: { facets: ["state"] } },
    { indexName: "people", params: {} },
  ] as never);
  expect(results).toMatchObject([{ nbHits: 5, facets: { state: { PENDING: 5 } } }, { nbHits: expect.any(Number) }]);
});

test("who may read nothing, or is nobody, gets none", async () => {
  const stranger = await signedIn(await makeAccount(world, null));
  expect(problem(await keysOf(stranger))).toBe("403 access.denied");
  await stranger.signOut();
  expect(problem(await keysOf(stranger))).toBe("401 auth.required");
});
