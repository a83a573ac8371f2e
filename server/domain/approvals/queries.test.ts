import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import {
  countApprovals,
  getApproval,
  getApprovalDetail,
  listApprovals,
  standingApprovals,
} from "#server/domain/approvals/queries.ts";
import { PRIORITIES } from "#server/domain/approvals/rules.ts";
import type { Approval, ApprovalFilterInput } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { LONG } from "#server/testing/long.ts";
import { addMixed } from "#server/testing/mixed.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let foreign: string[];
let cycle: string;
let vera: Caller;

beforeAll(async () => {
  world = await makeTenant();
  const [made] = await createScopes(await world.system(), {
    parentId: world.orgs.ca,
    kind: "CYCLE",
    items: [{ code: "2026", name: "2026" }],
  });
  cycle = made?.id as string;
  vera = await world.person("reader");
  foreign = await (await makeTenant()).approvals(2);
  const scopes = [world.orgs.ca, world.orgs.ny, cycle];
  const ids = [...(await addMixed(world, scopes, 0, 20)), ...(await addMixed(world, scopes, 20, 12))];
  const olu = await world.person("decider");
  await decideApprovals(olu, { ids: ids.slice(0, 5), decision: "APPROVE" });
  await decideApprovals(olu, { ids: ids.slice(5, 8), decision: "REJECT", comment: "no" });
});

describe("filters", () => {
  const contains = (a: Approval, q: string) =>
    [a.title, a.summary].some((t) => t.toLowerCase().includes(q.toLowerCase())) || a.id === q.toLowerCase();
  const matches = (a: Approval, f: ApprovalFilterInput) =>
    (!f.state?.length || f.state.includes(a.state)) &&
    (!f.type?.length || f.type.includes(a.type)) &&
    (!f.priority?.length || f.priority.includes(a.priority)) &&
    (!f.org?.length || f.org.includes(a.orgId)) &&
    (!f.q?.trim() || contains(a, f.q.trim())) &&
    (f.amountFrom === undefined || (a.amount !== null && BigInt(a.amount) >= BigInt(f.amountFrom))) &&
    (f.amountTo === undefined || (a.amount !== null && BigInt(a.amount) <= BigInt(f.amountTo))) &&
    (f.createdFrom === undefined || a.createdAt >= f.createdFrom) &&
    (f.createdTo === undefined || a.createdAt < f.createdTo);
  const list = async (filter: ApprovalFilterInput) => listApprovals(vera, { filter, limit: 200, total: "exact" });

  test("alone and together give what a plain reading of each row gives; the total is theirs", async () => {
    const rows = (await list({})).items;
    const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values]), { nil: undefined });
    const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 });
    const instants = [...new Set(rows.map((r) => r.createdAt))];
    const filter = fc.record({
      state: some(["PENDING", "APPROVED", "REJECTED", "CANCELLED"] as const),
      type: some(["alpha", "beta", "none"]),
      priority: some(PRIORITIES),
      org: some([world.orgs.ca, world.orgs.ny]),
      q: maybe(
        "100%",
        "_",
        "\\",
        "needle",
        "ångström",
        "STRASSE",
        " plain ",
        "",
        "%",
        (rows[3] as Approval).id,
        (rows[4] as Approval).id.toUpperCase(),
        "nothing",
      ),
      amountFrom: maybe<string | number>("0", "100", "-5", 1),
      amountTo: maybe<string | number>("0", "100", 99),
      createdFrom: maybe(...instants),
      createdTo: maybe(...instants),
    });
    await fc.assert(
      fc.asyncProperty(filter, async (f) => {
        const page = await list(f);
        expect(page.items.map((a) => a.id)).toEqual(rows.filter((a) => matches(a, f)).map((a) => a.id));
        expect([page.total, page.totalIsExact]).toEqual([page.items.length, true]);
        const { items } = await standingApprovals(vera, { ids: rows.map((a) => a.id), filter: f });
        const inList = items.flatMap((a) => (a.matches ? [a.id] : []));
        expect(inList.toSorted()).toEqual(page.items.map((a) => a.id).toSorted());
      }),
      { numRuns: LONG ? 2000 : 50 },
    );
  });

  test("how the named stand now is said as a list says it; ids that are foreign, unreadable or unknown are left out (A12)", async () => {
    const rows = (await list({})).items;
    const [id = ""] = rows.map((a) => a.id);
    const iris = await world.person("decider", world.orgs.ny);
    const [hidden] = await world.approvals(1, { orgId: world.orgs.ca });
    const { items } = await standingApprovals(vera, { ids: [id, foreign[0] as string, uuidv7()] });
    expect(items).toEqual([{ ...rows[0], matches: true }]);
    expect((await standingApprovals(iris, { ids: [hidden as string] })).items).toEqual([]);
    await expect(standingApprovals(vera, { ids: Array.from({ length: 101 }, uuidv7) })).rejects.toThrow(
      "input.invalid",
    );
  });

  test("counts are the totals of the lists that they lead to, each facet over the filter without itself", async () => {
    const filters: ApprovalFilterInput[] = [
      {},
      { type: ["alpha"] },
      { state: ["PENDING"], q: "100" },
      { org: [world.orgs.ny], priority: ["URGENT"] },
    ];
    for (const filter of filters) {
      const counts = await countApprovals(vera, { filter });
      for (const facet of ["state", "type", "priority", "org"] as const)
        for (const [value, n] of Object.entries(counts[facet]))
          expect((await list({ ...filter, [facet]: [value] })).total).toBe(n);
      const { total } = await list({ ...filter, state: undefined });
      expect(Object.values(counts.state).reduce((a, b) => a + b, 0)).toBe(total);
    }
  });

  test("the total stops at 10,000 and says so; exact counts on; none does not count", async () => {
    const big = await makeTenant();
    const [id] = await big.approvals(1);
    await admin().pool.query(
      `INSERT INTO approvals (tenant_id, id, org_id, scope_id, type, title, priority, state, policy_version_id, evidence_hash, created_at, updated_at)
       SELECT tenant_id, gen_random_uuid(), org_id, scope_id, type, title, priority, state, policy_version_id, evidence_hash, created_at, updated_at FROM approvals, generate_series(1, 10000) WHERE id = $1`,
      [id],
    );
    const reader = await big.person("reader");
    const count = async (total: "capped" | "exact" | "none", filter = {}) => {
      const page = await listApprovals(reader, { limit: 1, total, filter });
      return [page.total, page.totalIsExact];
    };
    expect(await count("capped")).toEqual([10_000, false]);
    expect(await count("exact")).toEqual([10_001, true]);
    expect(await count("none")).toEqual([0, false]);
    expect(await count("capped", { q: id })).toEqual([1, true]);
  });
});

describe("R7: what is listed is what may be opened, one by one", () => {
  const grants: {
    what: string;
    of: () => ["reader" | "decider" | "administrator", string, "ALLOW" | "DENY"][];
    within?: () => string;
  }[] = [
    { what: "the tenant", of: () => [["reader", world.rootId, "ALLOW"]] },
    { what: "one organisation", of: () => [["decider", world.orgs.ny, "ALLOW"]] },
    { what: "an organisation with its cycle", of: () => [["reader", world.orgs.ca, "ALLOW"]] },
    { what: "a cycle alone", of: () => [["reader", cycle, "ALLOW"]] },
    {
      what: "the tenant without a denied cycle",
      of: () => [
        ["reader", cycle, "DENY"],
        ["administrator", world.rootId, "ALLOW"],
      ],
    },
    {
      what: "an organisation, denied at the root",
      of: () => [
        ["reader", world.orgs.ca, "ALLOW"],
        ["reader", world.rootId, "DENY"],
      ],
    },
    {
      what: "the tenant, narrowed to an organisation",
      of: () => [["reader", world.rootId, "ALLOW"]],
      within: () => world.orgs.ca,
    },
    {
      what: "one organisation, narrowed to another",
      of: () => [["reader", world.orgs.ny, "ALLOW"]],
      within: () => world.orgs.ca,
    },
    { what: "nothing", of: () => [] },
  ];
  test.each(grants)("with $what", async ({ of, within }) => {
    const person = await world.person(null);
    for (const [role, scopeId, effect] of of())
      await assignRole(await world.system(), { personId: person.personId as string, role, scopeId, effect });
    const caller = (await again({ ...person, within: within?.() ?? null })) as Caller;
    const opens = async (id: string) =>
      getApproval(caller, { id }).then(
        () => true,
        () => false,
      );
    const ids = [...(await listApprovals(vera, { limit: 200 })).items.map((a) => a.id), ...foreign];
    const opened: string[] = [];
    for (const id of ids) if (await opens(id)) opened.push(id);
    const listed = await listApprovals(caller, { limit: 200 }).then(
      (page) => page.items.map((a) => a.id),
      (e) => {
        expect(e.code).toBe("access.denied");
        return [];
      },
    );
    expect([...listed].sort()).toEqual(opened.sort());
    const counts = await countApprovals(caller, {}).then(
      (c) => Object.values(c.state).reduce((a, b) => a + b, 0),
      () => 0,
    );
    expect(counts).toBe(opened.length);
  });
});

test("the detail tells stages, decisions, revisions and timeline, and whether its reader may decide", async () => {
  await world.policy("two", [
    { name: "First", permission: "approvals:decide", needed: 1 },
    { name: "Second", permission: "approvals:confirm", needed: 1 },
  ]);
  const [id] = (await world.approvals(1, { type: "two" })) as [string];
  const [olu, mei] = [await world.person("decider"), await world.person("confirmer")];
  await decideApprovals(olu, { ids: [id], decision: "APPROVE", comment: "fine" });
  const detail = await getApprovalDetail(mei, { id });
  expect(detail).toMatchObject({
    ...(await getApproval(mei, { id })),
    stages: [
      { name: "First", have: 1, state: "DONE" },
      { name: "Second", permission: "approvals:confirm", have: 0, state: "OPEN" },
    ],
    decisions: [
      {
        stage: 0,
        revision: 1,
        decision: "APPROVE",
        by: { id: olu.personId, name: olu.name, kind: "PERSON" },
        comment: "fine",
      },
    ],
    revisions: [{ revision: 1, by: { id: null, name: "system", kind: "SYSTEM" } }],
    timeline: [{ action: "approval.decided", facts: { decision: "APPROVE" } }, { action: "approval.submitted" }],
    decidable: { allowed: true, code: null },
  });
  expect((await getApprovalDetail(olu, { id })).decidable).toMatchObject({
    allowed: false,
    code: "approval.not_eligible",
  });
  expect((await getApprovalDetail(vera, { id })).decidable).toMatchObject({ allowed: false });
  for (const unknown of [uuidv7(), foreign[0] as string])
    expect(await codeOf(getApprovalDetail(mei, { id: unknown }))).toBe("approval.not_found");
});
