import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { getApprovalDetail, listApprovals } from "#server/domain/approvals/queries.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import type { Stage } from "#server/domain/approvals/rules.ts";
import { submitApproval, submitApprovals } from "#server/domain/approvals/submit.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { getBulk, listBulkItems, listBulks } from "#server/domain/bulks/queries.ts";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { applicableStages } from "#server/domain/policies/rules.ts";
import { recordFlaws } from "#server/testing/record.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const DECIDE = { name: "Decision", permission: "approvals:decide", needed: 1 } as const;
const CONFIRM = { name: "Confirmation", permission: "approvals:confirm", needed: 1 } as const;

let world: World;
let system: Caller;
let olu: Caller;
let mei: Caller;
/** Holds approvals:confirm without approvals:decide. */
let cleo: Caller;

beforeAll(async () => {
  world = await makeTenant();
  [system, olu, mei] = [await world.system(), await world.person("decider"), await world.person("confirmer")];
  const { tenantId, ...reader } = await world.person("reader");
  const personId = reader.personId as string;
  const roleId = uuidv7();
  await admin().pool.query("INSERT INTO roles (tenant_id, id, code, name) VALUES ($1, $2, 'second', 'Second')", [
    tenantId,
    roleId,
  ]);
  await admin().pool.query(
    "INSERT INTO role_permissions (tenant_id, role_id, permission) VALUES ($1, $2, 'approvals:confirm')",
    [tenantId, roleId],
  );
  await assignRole(system, { personId, role: "second", scopeId: world.orgs.ca });
  cleo = (await again({ tenantId, personId, clientId: null })) as Caller;
  await world.policy("dear", [DECIDE, { ...CONFIRM, when: "amount >= 1000" }]);
  await world.policy("late", [{ ...DECIDE, when: "payload.early" }, CONFIRM]);
  await world.policy("staged", [DECIDE, CONFIRM]);
});

const submit = async (item: Partial<Parameters<typeof submitApproval>[1]> & { type: string }) =>
  (await submitApproval(system, { title: "A request", orgId: world.orgs.ca, ...item })).approval.id;
const approve = (caller: Caller, id: string) => decideApproval(caller, { id, decision: "APPROVE" });
const stagesOf = async (id: string) => (await getApprovalDetail(mei, { id })).stages.map((s) => s.state);
const row = async (id: string) =>
  (await admin().pool.query("SELECT stages, unevaluated_stages, stage_index FROM approvals WHERE id = $1", [id]))
    .rows[0];

describe("the stages of a request", () => {
  test("are those whose condition holds for its content: below the amount one decision settles", async () => {
    const [cheap, dear] = [
      await submit({ type: "dear", amount: "999" }),
      await submit({ type: "dear", amount: "1000" }),
    ];
    expect([await stagesOf(cheap), await stagesOf(dear)]).toEqual([
      ["OPEN", "SKIPPED"],
      ["OPEN", "WAITING"],
    ]);
    expect(await approve(olu, cheap)).toMatchObject({ state: "APPROVED" });
    expect(await approve(olu, dear)).toMatchObject({ state: "PENDING", stage: { index: 1 } });
    expect(await approve(mei, dear)).toMatchObject({ state: "APPROVED" });
  });

  test("begin with the first that applies", async () => {
    const id = await submit({ type: "late", payload: { early: false } });
    expect(await row(id)).toEqual({ stages: [1], unevaluated_stages: [], stage_index: 1 });
    expect(await codeOf(approve(olu, id))).toBe("approval.not_eligible");
    expect(await approve(mei, id)).toMatchObject({ state: "APPROVED" });
  });

  test("hold those whose condition has no answer: nothing is approved without them, and who, why is in the audit", async () => {
    const id = await submit({ type: "dear" });
    expect((await getApprovalDetail(olu, { id })).stages[1]).toMatchObject({ state: "WAITING", unevaluated: true });
    expect(await approve(olu, id)).toMatchObject({ state: "PENDING" });
    const { rows } = await admin().pool.query(
      "SELECT after FROM audit_logs WHERE target_id = $1 AND action = 'approval.submitted'",
      [id],
    );
    expect(rows[0].after).toMatchObject({ unevaluated: [{ stage: 1, reason: "the request has no amount" }] });
  });

  test("are settled anew for a new revision, by the policy of that day", async () => {
    const id = await submit({ type: "dear", amount: "10" });
    await decideApproval(olu, { id, decision: "CHANGES_REQUESTED", comment: "more" });
    await resubmitApproval(system, { id, amount: "5000" });
    expect(await stagesOf(id)).toEqual(["OPEN", "WAITING"]);
    expect(await approve(olu, id)).toMatchObject({ state: "PENDING" });
  });

  test("stay what they were when the policy changes afterwards", async () => {
    await world.policy("fickle", [DECIDE]);
    const id = await submit({ type: "fickle" });
    await world.policy("fickle", [DECIDE, CONFIRM]);
    expect(await approve(olu, id)).toMatchObject({ state: "APPROVED" });
    const next = await submit({ type: "fickle" });
    expect(await approve(olu, next)).toMatchObject({ state: "PENDING" });
  });
});

test("what is settled at submission is what the conditions say of the content, whatever both are", async () => {
  const condition = fc.constantFrom(
    "amount > 500",
    "hasAmount",
    'payload.country == "NO"',
    "payload.n > 2.5",
    'org.code == "CA"',
    'priority in ["HIGH", "URGENT"]',
    "has(payload.n) && payload.n < 2",
    'requester.domain == "example.test"',
    "payload.deep.er == true",
    undefined,
  );
  const content = fc.record({
    amount: fc.option(fc.integer({ min: 0, max: 1000 })),
    priority: fc.constantFrom("LOW", "NORMAL", "HIGH", "URGENT"),
    payload: fc.record(
      {
        country: fc.constantFrom("NO", "US"),
        n: fc.integer({ min: 0, max: 5 }),
        deep: fc.constantFrom({ er: true }, {}),
      },
      { requiredKeys: [] },
    ),
    org: fc.constantFrom("ca", "ny"),
  });
  let types = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(condition, { minLength: 1, maxLength: 4 }),
      fc.array(content, { minLength: 1, maxLength: 8 }),
      async (whens, contents) => {
        const type = `any${types++}`;
        const stages: Stage[] = [...whens.map((when) => ({ ...DECIDE, when })), DECIDE];
        await world.policy(type, stages);
        const { items } = await submitApprovals(system, {
          items: contents.map(({ org, amount, ...rest }) => ({
            ...rest,
            type,
            title: "t",
            orgId: world.orgs[org as "ca"],
            amount: amount === null ? null : `${amount}`,
          })),
        });
        for (const [i, { id }] of items.entries()) {
          const { org, amount, ...rest } = contents[i] as (typeof contents)[number];
          const code = org.toUpperCase();
          const said = applicableStages(stages, {
            ...rest,
            type,
            amount: amount === null ? null : BigInt(amount),
            org: { code, path: [world.code, code] },
            cycle: null,
            requesterEmail: null,
          });
          expect(await row(id)).toEqual({
            stages: said.stages,
            unevaluated_stages: said.unevaluated.map((u) => u.stage),
            stage_index: said.stages[0] ?? 0,
          });
        }
      },
    ),
    { numRuns: 15 },
  );
});

describe("who holds only a later stage's permission", () => {
  test("comes in, and is judged item by item by the stage that is open there", async () => {
    const [first, second, elsewhere] = [
      await submit({ type: "staged" }),
      await submit({ type: "staged" }),
      await submit({ type: "staged", orgId: world.orgs.ny }),
    ];
    await approve(olu, second);
    await approve(olu, elsewhere);
    const ids = [first, second, elsewhere];
    const expected = ["approval.stage_not_open", "DECIDED", "approval.not_eligible"];
    const said = ({ results }: Awaited<ReturnType<typeof decideApprovals>>) => results.map((r) => r.code ?? r.outcome);
    expect(said(await decideApprovals(cleo, { ids, decision: "APPROVE" }, { dryRun: true }))).toEqual(expected);
    expect((await getApprovalDetail(cleo, { id: second })).decidable.allowed).toBe(true);
    expect((await getApprovalDetail(cleo, { id: first })).decidable).toMatchObject({ code: "approval.stage_not_open" });
    expect(await codeOf(approve(cleo, first))).toBe("approval.stage_not_open");
    expect((await listApprovals(cleo, { filter: { type: ["staged"] } })).items.map((i) => i.id)).toEqual(
      expect.arrayContaining(ids),
    );

    const { id } = await draftBulk(cleo, { ids });
    await startBulk(cleo, { id, decision: "APPROVE" });
    await runBulk(world.tenantId, id, { aborted: false });
    const { items } = await listBulkItems(cleo, { id });
    expect(Object.fromEntries(items.map((i) => [i.id, i.code ?? i.outcome]))).toEqual(
      Object.fromEntries(ids.map((one, i) => [one, expected[i]])),
    );
    expect(await getBulk(cleo, { id })).toMatchObject({ state: "DONE", decided: 1, refused: 2 });
    expect((await listBulks(cleo, {})).map((b) => b.id)).toContain(id);
  });

  test("who holds no stage's permission is not let in at all", async () => {
    const vera = await world.person("reader");
    const id = await submit({ type: "staged" });
    expect(await codeOf(approve(vera, id))).toBe("access.denied");
    expect(await codeOf(draftBulk(vera, { ids: [id] }))).toBe("access.denied");
  });
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
