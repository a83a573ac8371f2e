import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { countOutcomes } from "#server/domain/bulks/queries.ts";
import { EXPORT_PAGE } from "#server/domain/bulks/rules.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { bulksIn } from "#server/testing/bulks.ts";
import type { Browser } from "#server/testing/http.ts";
import { makeAccount, problem, send, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let mei: Caller;
let browser: Browser;
let id: string;
const bulks = bulksIn(() => world, admin);
const TITLES = [
  '=HYPERLINK("http://evil","x")',
  "+1",
  "-2",
  "@SUM(1)",
  "\tTab",
  "\rReturn",
  "'=1",
  'Plain, "quoted"\nand long',
];

beforeAll(async () => {
  world = await makeTenant();
  const account = await makeAccount(world, "decider");
  [olu, mei] = [
    (await again({ ...account, tenantId: world.tenantId, clientId: null })) as Caller,
    await world.person("decider"),
  ];
  const { items } = await submitApprovals(await world.system(), {
    items: TITLES.map((title, i) => ({ type: "plain", orgId: world.orgs.ca, title, amount: `${-(i + 1)}` })),
  });
  const own = await world.approvals(3, { by: olu, orgId: world.orgs.ny });
  ({ id } = await draftBulk(olu, { ids: [...items.map((i) => i.id), ...own] }));
  await decideApproval(mei, { id: items[7]?.id as string, decision: "APPROVE" });
  await startBulk(olu, { id, decision: "APPROVE" });
  await bulks.run(id);
  browser = await signedIn(account);
});

type Line = Record<string, string>;
const ask = (who: Browser, of: string, query = "") => {
  const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = { cookie, "x-forwarded-for": who.address };
  return send(new Request(`http://localhost:3000/api/bulks/${of}/outcomes${query}`, { headers }));
};
const lines = async (response: Response): Promise<Line[]> => {
  expect(response.status).toBe(200);
  return parse(await response.text(), { bom: true, columns: true });
};
const said = async (response: Response) => ({
  status: response.status,
  headers: response.headers,
  body: await response.json(),
});

describe("the outcomes of a bulk as a file", () => {
  test("are what the screen counts, by outcome and by reason", async () => {
    const all = await lines(await ask(browser, id));
    const { total, counts, reasons } = await countOutcomes(olu, { id });
    const count = (key: string, value: string) => all.filter((line) => line[key] === value).length;
    expect(all).toHaveLength(total);
    expect(Object.fromEntries(Object.keys(counts).map((o) => [o, count("outcome", o)]))).toEqual(counts);
    for (const reason of reasons)
      expect([reason.code, count("reason", reason.code)]).toEqual([reason.code, reason.count]);
  });

  test("are narrowed as the list is, and named after it", async () => {
    const refused = await ask(browser, id, "?outcome=REFUSED&code=approval.own_request");
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="bulk-${id.slice(0, 8)}-refused.csv"`,
      "cache-control": "no-store",
    });
    expect((await lines(refused)).map((line) => line.reason)).toEqual(Array(3).fill("approval.own_request"));
    expect(await lines(await ask(browser, id, "?outcome=WAITING"))).toEqual([]);
  });

  test("hold no formula, say who and when, and leave numbers as they are", async () => {
    const all = await lines(await ask(browser, id));
    expect(all.slice(0, 8).map((line) => line.title)).toEqual([
      ...TITLES.slice(0, 7).map((title) => `'${title}`),
      TITLES[7],
    ]);
    expect(all.slice(0, 3).map((line) => line.amount_minor)).toEqual(["-1", "-2", "-3"]);
    expect(all[7]).toMatchObject({ reason: "approval.already_decided", by: mei.name, at: expect.stringMatching(/Z$/) });
  });

  test("come page after page, each once, with one entry in the audit for all of it", async () => {
    for (const n of [EXPORT_PAGE, 5]) await world.approvals(n, { type: "more" });
    const many = await draftBulk(olu, { filter: { type: ["more"] } });
    const all = await lines(await ask(browser, many.id));
    expect(all.map((line) => Number(line.position))).toEqual(Array.from({ length: many.total }, (_, i) => i + 1));
    expect(new Set(all.map((line) => line.outcome))).toEqual(new Set(["WAITING"]));
    const { rows } = await admin().pool.query(
      "SELECT class, action, person_id, after FROM audit_logs WHERE target_id = $1 AND class = 'READ'",
      [many.id],
    );
    expect(rows).toEqual([
      { class: "READ", action: "bulk.exported", person_id: olu.personId, after: { total: many.total } },
    ]);
  });

  test("break off when the session is ended meanwhile", async () => {
    for (const n of [EXPORT_PAGE, 1]) await world.approvals(n, { type: "long" });
    const long = await draftBulk(olu, { filter: { type: ["long"] } });
    const account = await makeAccount(world, "administrator");
    await startBulk(olu, { id: long.id, decision: "APPROVE" });
    const other = await signedIn(account);
    const reader = (await ask(other, long.id)).body?.getReader();
    await reader?.read();
    await other.signOut();
    const rest = async () => {
      for (let more = true; more; ) more = !(await reader?.read())?.done;
    };
    await expect(rest()).rejects.toMatchObject({ code: "auth.required" });
  });
});

describe("the file is given", () => {
  test("to who may read the bulk, with the items that they may read", async () => {
    const [reader, near] = [await makeAccount(world, "reader"), await makeAccount(world, "reader", world.orgs.ny)];
    expect(await lines(await ask(await signedIn(reader), id))).toHaveLength(11);
    expect(await lines(await ask(await signedIn(near), id))).toHaveLength(3);
  });

  test("to nobody else: a foreign bulk and another's draft are unknown ones (A12)", async () => {
    const draft = await draftBulk(mei, { filter: {} });
    const foreign = await makeTenant();
    const stranger = await signedIn(await makeAccount(foreign, "administrator"));
    const powerless = await signedIn(await makeAccount(world, null));
    for (const [who, of] of [
      [stranger, id],
      [browser, uuidv7()],
      [browser, draft.id],
    ] as const)
      expect(problem(await said(await ask(who, of)))).toBe("404 bulk.not_found");
    expect(problem(await said(await ask(powerless, id)))).toBe("403 access.denied");
    const { status, headers, body } = await said(
      await send(new Request(`http://localhost:3000/api/bulks/${id}/outcomes`)),
    );
    expect(problem({ status, headers, body })).toBe("401 auth.required");
  });

  test.each(["?outcome=LOST", "?code=", "?more=1", "?outcome="])("not for %s", async (query) => {
    const reader = await signedIn(await makeAccount(world, "reader"));
    expect(problem(await said(await ask(reader, id, query)))).toBe("400 input.invalid");
  });

  test("ten times a minute", async () => {
    const eager = await signedIn(await makeAccount(world, "reader"));
    const statuses: number[] = [];
    let last = await ask(eager, id);
    for (; last.status === 200; last = await ask(eager, id)) {
      await last.text();
      statuses.push(last.status);
    }
    expect(statuses).toHaveLength(10);
    expect(problem(await said(last))).toBe("429 request.rate_limited");
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
