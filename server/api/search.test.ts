import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { followEvents } from "#server/domain/search/follow-events.ts";
import { ensureIndexes } from "#server/domain/search/rebuild-index.ts";
import { COLLECTION_NAMES } from "#server/domain/search/rules.ts";
import { bindTypesense } from "#server/platform/typesense.ts";
import { bindTestEngine } from "#server/testing/engine.ts";
import type { Browser } from "#server/testing/http.ts";
import { makeAccount, problem, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const engine = bindTestEngine();
let [mine, theirs]: World[] = [];
let ana: Browser;
let iris: Browser;
let stranger: Browser;

/** What all commits so far changed, into the index. */
async function follow(world: World): Promise<void> {
  const { rows } = await admin().pool.query(
    `SELECT id AS "eventId", aggregate_type AS "aggregateType", aggregate_id AS "aggregateId", payload FROM outbox_events WHERE tenant_id = $1 ORDER BY id`,
    [world.tenantId],
  );
  expect(await followEvents(await world.system(), rows)).toEqual(new Map());
}

async function fill(world: World): Promise<void> {
  await world.policy("visa", [{ name: "One: first", permission: "approvals:decide", needed: 1 }]);
  await world.policy("-`odd` type: 🦊", [{ name: "One", permission: "approvals:decide", needed: 1 }]);
  const item = (orgId: string, title: string, type = "visa") => ({ type, orgId, title });
  await submitApprovals(await world.system(), {
    items: [
      item(world.orgs.ca, "California visa request"),
      item(world.orgs.ca, "Another visa for California"),
      item(world.orgs.ny, "New York visa request"),
      item(world.orgs.ny, "`Odd`: <b>visa</b> 🦊", "-`odd` type: 🦊"),
    ],
  });
  await invitePerson(await world.system(), { email: "new@example.test", name: "New" });
  await follow(world);
}

beforeAll(async () => {
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  await ensureIndexes({ aborted: false });
  ana = await signedIn(await makeAccount(mine, "administrator"));
  iris = await signedIn(await makeAccount(mine, "decider", mine.orgs.ca));
  stranger = await signedIn(await makeAccount(mine, null));
  await fill(mine);
  await fill(theirs);
});
afterAll(() => bindTypesense(null));

const ask = (browser: Browser, searches: readonly object[], headers: Record<string, string> = {}) =>
  browser.fetch("/api/search/multi_search?x-typesense-api-key=whatever", {
    method: "POST",
    headers: { "content-type": "text/plain", ...headers },
    body: JSON.stringify({ searches }),
  });

const approvals = { collection: "approvals", q: "visa", facet_by: "organisation,state,type", per_page: 50 };
const only = async (browser: Browser, more: object = {}) =>
  (await ask(browser, [{ ...approvals, ...more }])).body.results[0];
const titles = (result: { hits: { document: { title: string } }[] }) =>
  result.hits.map((hit) => hit.document.title).sort();
const counts = (
  result: { facet_counts: { field_name: string; counts: { value: string; count: number }[] }[] },
  name: string,
) =>
  Object.fromEntries(
    (result.facet_counts.find((facet) => facet.field_name === name)?.counts ?? []).map(({ value, count }) => [
      value,
      count,
    ]),
  );

describe("the door", () => {
  test("finds what the tenant holds, counted, and says nothing of how it is walled", async () => {
    const said = await ask(ana, [approvals]);
    expect(said.status).toBe(200);
    expect(said.headers.get("cache-control")).toBe("no-store");
    expect(said.headers.get("content-type")).toMatch(/^application\/json/);
    const [result] = said.body.results;
    expect(result.found).toBe(4);
    expect(counts(result, "organisation")).toEqual({ CA: 2, NY: 2 });
    // How many there are of all tenants together is nobody's.
    expect(result).not.toHaveProperty("out_of");
    expect(result.request_params.collection_name).toBe("approvals");
    for (const { document } of result.hits)
      for (const hidden of ["tenant_id", "scope_id", "digest"]) expect(document).not.toHaveProperty(hidden);
    expect(JSON.stringify(said.body)).not.toContain(theirs?.tenantId);
  });

  test("shows somebody of one organisation that one alone, in hits and in counts", async () => {
    const result = await only(iris);
    expect(titles(result)).toEqual(["Another visa for California", "California visa request"]);
    expect(counts(result, "organisation")).toEqual({ CA: 2 });
  });

  test("narrows as its session is narrowed", async () => {
    const account = await makeAccount(mine as World, "decider");
    const browser = await signedIn(account);
    expect((await only(browser)).found).toBe(4);
    expect((await browser.mutate("sessions.narrow", { scopeId: mine?.orgs.ny })).status).toBe(200);
    expect(counts(await only(browser), "organisation")).toEqual({ NY: 2 });
  });

  test("takes a denied part away, and gives it back, from one search to the next", async () => {
    const account = await makeAccount(mine as World, "decider");
    const browser = await signedIn(account);
    const system = await (mine as World).system();
    const { id } = await assignRole(system, {
      personId: account.personId,
      role: "reader",
      scopeId: (mine as World).orgs.ny,
      effect: "DENY",
    });
    expect(counts(await only(browser), "organisation")).toEqual({ CA: 2 });
    await revokeRole(system, { id });
    expect(counts(await only(browser), "organisation")).toEqual({ CA: 2, NY: 2 });
  });

  test.each([
    "state:=PENDING || state:!=PENDING",
    "x:=1) || (y:=2",
    "state:=PENDING) || (state:!=x",
    "state:=[`PENDING`] || id:*",
    "id:*",
    "organisation:=[`NY`,`CA`]",
    "state:=`a`b`] || id:* || state:=[`",
    "",
    "(((",
    "`",
    "&&",
  ])("lets no filter past the wall: %s", async (filter) => {
    const { status, body } = await ask(iris, [{ ...approvals, q: "*", filter_by: filter }]);
    expect(status).toBe(200);
    const [result] = body.results;
    if ("error" in result) expect(result.code).toBeLessThan(500);
    else for (const hit of result.hits) expect(hit.document.organisation).toBe("CA");
    expect(JSON.stringify(body)).not.toContain("New York");
  });

  test("hears no key, scope or field that a browser names", async () => {
    const hostile = {
      "x-typesense-api-key": engine.apiKey,
      include_fields: "tenant_id,scope_id",
      exclude_fields: "",
      preset: "x",
      max_candidates: 1,
    };
    const result = await only(iris, hostile);
    expect(result.found).toBe(2);
    expect(result.hits[0].document).not.toHaveProperty("tenant_id");
    expect((await only(iris, { filter_by: `scope_id:=${mine?.orgs.ny}` })).code).toBe(400);
    const header = await ask(iris, [approvals], { "x-typesense-api-key": engine.apiKey });
    expect(header.body.results[0].found).toBe(2);
  });

  test("answers a search that is wrong beside those that are right, in order", async () => {
    const { body } = await ask(ana, [
      approvals,
      { ...approvals, facet_by: "nothing" },
      { ...approvals, collection: "none" },
      approvals,
    ]);
    expect(body.results.map((r: { found?: number; code?: number }) => r.found ?? r.code)).toEqual([4, 404, 404, 4]);
  });

  test("searches every collection that the caller may read, and refuses one that they may not", async () => {
    const all = COLLECTION_NAMES.map((collection) => ({ collection, q: "*" }));
    const { status, body } = await ask(ana, all);
    expect(status).toBe(200);
    expect(body.results.every((r: { found: number }) => r.found > 0)).toBe(true);
    const refused = await ask(iris, all);
    expect(problem(refused)).toBe("403 access.denied");
    expect((await ask(stranger, [approvals])).status).toBe(403);
  });

  test("finds people where the caller administers something, as their list does", async () => {
    const account = await makeAccount(mine as World, "administrator", mine?.orgs.ca);
    await follow(mine as World);
    const browser = await signedIn(account);
    const found = (await ask(browser, [{ collection: "people", q: "*", per_page: 250 }])).body.results[0];
    const listed = (await browser.query("people.list", { limit: 200 })).body.result.data.items;
    expect(found.hits.map((hit: { document: { id: string } }) => hit.document.id).sort()).toEqual(
      listed.map((item: { id: string }) => item.id).sort(),
    );
  });

  test("values that the library cannot send back are others, and narrow to what they count", async () => {
    const facet = counts(await only(ana), "type");
    const odd = Object.keys(facet).find((value) => value !== "visa") as string;
    expect(odd).toBe("‐'odd' type: 🦊");
    const narrowed = await only(ana, { filter_by: `type:=[\`${odd}\`]` });
    expect(titles(narrowed)).toEqual(["`Odd`: <b>visa</b> 🦊"]);
    const listed = await ana.query("approvals.list", { filter: { type: [odd], stage: ["One"] } });
    expect(listed.body.result.data.items).toHaveLength(1);
  });

  test("is for this site's own pages, signed in", async () => {
    const foreign = await ask(ana, [approvals], { "sec-fetch-site": "cross-site" });
    expect(foreign.status).toBe(403);
    const nobody = await signedIn(await makeAccount(mine as World, "decider"));
    await nobody.signOut();
    const said = await ask(nobody, [approvals]);
    expect(problem(said)).toBe("401 auth.required");
    expect(said.body.message).toBe(said.body.title);
    expect(said.headers.get("cache-control")).toBe("no-store");
  });

  test.each(["", "{", '{"searches":[]}', '{"searches":[1]}', '{"searches":{"a":1}}', "null", '"x"'])(
    "cannot read %j",
    async (body) => {
      const said = await ana.fetch("/api/search/multi_search", {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body,
      });
      expect(said.status).toBe(400);
    },
  );

  test("gives no key away where no public engine is configured", async () => {
    expect((await ana.fetch("/api/search/keys", { method: "POST" })).status).toBe(404);
  });

  test("says at once that the engine is away, and goes on when it is back", async () => {
    await engine.stop();
    const from = performance.now();
    const said = await ask(ana, [approvals]);
    expect(performance.now() - from).toBeLessThan(5_500);
    expect(problem(said)).toBe("503 search.unavailable");
    expect(said.headers.get("retry-after")).toBe("1");
    expect((await ana.fetch("/health")).body).toMatchObject({ status: "degraded", checks: { search: { ok: false } } });
    await engine.start();
    expect((await only(ana)).found).toBe(4);
    expect((await ana.fetch("/health")).body).toMatchObject({ status: "ok", checks: { search: { ok: true } } });
  });

  test("waits for nobody who holds the line: an engine that hangs is away", async () => {
    engine.signal("SIGSTOP");
    const from = performance.now();
    const said = await ask(ana, [approvals]);
    engine.signal("SIGCONT");
    expect(said.status).toBe(503);
    expect(performance.now() - from).toBeLessThan(6_000);
    expect((await only(ana)).found).toBe(4);
  });
});
