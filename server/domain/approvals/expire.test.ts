import { beforeAll, describe, expect, test } from "vitest";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { expireApprovals } from "#server/domain/approvals/expire.ts";
import { getApprovalDetail, listApprovals } from "#server/domain/approvals/queries.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";
import { EXPIRE_MAX } from "#server/domain/approvals/rules.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { recordFlaws } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const PAST = "2020-01-01T00:00:00Z";

let world: World;
let olu: Caller;

beforeAll(async () => {
  world = await makeTenant();
  olu = await world.person("decider");
  const stages = [{ name: "One", permission: "approvals:decide", needed: 1 } as const];
  await putPolicy(await world.system(), {
    type: "brief",
    name: "Brief",
    stages,
    dueAfterHours: 24,
    expiresAfterHours: 0,
  });
});

/** Approvals whose time is over as soon as they are there, or later where they are due later. */
async function brief(n: number, dueAt: string | null = PAST): Promise<string[]> {
  const item = { type: "brief", orgId: world.orgs.ca, title: "Brief", dueAt };
  const { items } = await submitApprovals(await world.system(), { items: Array.from({ length: n }, () => item) });
  return items.map((i) => i.id);
}
const one = async (dueAt?: string | null) => (await brief(1, dueAt))[0] as string;
const expireAll = async () => {
  let total = 0;
  for (;;) {
    const { expired } = await expireApprovals(await world.system(), {});
    total += expired;
    if (expired === 0) return total;
  }
};
const past = (id: string) =>
  admin().pool.query("UPDATE approvals SET expires_at = clock_timestamp() WHERE id = $1", [id]);

describe("an approval whose time has passed (A9)", () => {
  test("is decided by nobody and in no way, the same before the schedule has come as after it", async () => {
    const id = await one();
    const ask = async () => {
      const set = { ids: [id], decision: "APPROVE" as const };
      return {
        single: await refused(decideApproval(olu, { id, decision: "REJECT", comment: "no" })),
        set: await decideApprovals(olu, set),
        dryRun: await decideApprovals(olu, set, { dryRun: true }),
        decidable: (await getApprovalDetail(olu, { id })).decidable,
      };
    };
    const before = await ask();
    expect(before.single).toEqual({ code: "approval.expired", facts: { at: expect.any(String), state: "EXPIRED" } });
    expect(before.decidable).toMatchObject({ allowed: false, code: "approval.expired" });
    await expireAll();
    expect(await ask()).toEqual(before);
  });

  test("refuses its bulk, its resubmission and its cancellation", async () => {
    const [a, b] = (await brief(2, "2030-01-01T00:00:00Z")) as [string, string];
    const { bulkId } = await decideByFilter(olu, { filter: { q: a }, decision: "APPROVE" });
    await decideApproval(olu, { id: b, decision: "CHANGES_REQUESTED", comment: "more" });
    await Promise.all([past(a), past(b)]);
    await runBulk(world.tenantId, bulkId, { aborted: false });
    const { rows } = await admin().pool.query("SELECT outcome, state, code FROM bulk_items WHERE bulk_id = $1", [
      bulkId,
    ]);
    expect(rows).toEqual([{ outcome: "REFUSED", state: "EXPIRED", code: "approval.expired" }]);
    const system = await world.system();
    expect(await codeOf(resubmitApproval(system, { id: b, title: "again" }))).toBe("approval.expired");
    expect(await codeOf(cancelApproval(system, { id: a }))).toBe("approval.expired");
    await expireAll();
    expect(await codeOf(resubmitApproval(system, { id: b, title: "again" }))).toBe("approval.not_open");
    expect(await codeOf(cancelApproval(system, { id: a }))).toBe("approval.not_open");
  });

  test("is EXPIRED at its time, by the program, with one event and one audit row; others are left", async () => {
    const [id, open] = [await one(), await one("2030-01-01T00:00:00Z")];
    await expireAll();
    const { rows } = await admin().pool.query(
      `SELECT a.state, a.version, a.content_version, a.decided_at = a.expires_at AS at_its_time, l.person_id, l.client_id, l.before, e.payload
       FROM approvals a JOIN audit_logs l ON l.target_id = a.id AND l.action = 'approval.expired'
       JOIN outbox_events e ON e.aggregate_id = a.id AND e.event_type = 'ApprovalExpired' AND e.aggregate_version = a.version WHERE a.id = $1`,
      [id],
    );
    expect(rows).toMatchObject([
      {
        state: "EXPIRED",
        version: 2,
        content_version: 2,
        at_its_time: true,
        person_id: null,
        client_id: null,
        before: { state: "PENDING", version: 1 },
        payload: { state: "EXPIRED" },
      },
    ]);
    expect(await getApprovalDetail(olu, { id: open })).toMatchObject({
      state: "PENDING",
      dueAt: "2030-01-01T00:00:00.000Z",
      expiresAt: "2030-01-01T00:00:00.000Z",
    });
    expect((await getApprovalDetail(olu, { id })).timeline[0]).toMatchObject({
      action: "approval.expired",
      by: { kind: "SYSTEM" },
    });
  });

  test("returned for changes expires too, and a resubmission in time gives it the policy's days anew", async () => {
    const id = await one(null);
    await decideApproval(olu, { id, decision: "CHANGES_REQUESTED", comment: "more" });
    const again = await resubmitApproval(await world.system(), { id, title: "again" });
    const created = await getApprovalDetail(olu, { id });
    expect(Date.parse(again.dueAt ?? "")).toBe(Date.parse(again.updatedAt) + 24 * 3_600_000);
    expect(created.expiresAt).toBe(again.dueAt);
    await decideApproval(olu, { id, decision: "CHANGES_REQUESTED", comment: "more" });
    await past(id);
    expect(await expireAll()).toBe(1);
    expect(await getApprovalDetail(olu, { id })).toMatchObject({ state: "EXPIRED" });
  });
});

test("expiry and decisions at once: exactly one wins for each, and no decision is later than its expiry (A9)", async () => {
  const ids = await brief(60, "2030-01-01T00:00:00Z");
  await admin().pool.query(
    "UPDATE approvals SET expires_at = clock_timestamp() + make_interval(secs => random() * 0.2) WHERE id = ANY($1)",
    [ids],
  );
  const kinds: Decision[] = ["APPROVE", "REJECT"];
  const decided = ids.map((id, i) =>
    decideApproval(olu, { id, decision: kinds[i % 2] as Decision, comment: "so" }).then(
      () => "DECIDED",
      (e) => e.code,
    ),
  );
  const expiring = (async () => {
    const left = "SELECT count(*)::int AS n FROM approvals WHERE id = ANY($1) AND state = 'PENDING'";
    do await expireApprovals(await world.system(), {});
    while ((await admin().pool.query(left, [ids])).rows[0].n > 0);
  })();
  const answers = await Promise.all(decided);
  await expiring;
  const { rows } = await admin().pool.query(
    `SELECT a.state = 'EXPIRED' AS expired, a.version, d.n, d.late FROM unnest($1::uuid[]) WITH ORDINALITY u (id, i) JOIN approvals a ON a.id = u.id
     CROSS JOIN LATERAL (SELECT count(*)::int AS n, count(*) FILTER (WHERE d.decided_at >= a.expires_at)::int AS late FROM approval_decisions d WHERE d.approval_id = a.id) d ORDER BY u.i`,
    [ids],
  );
  expect(rows).toEqual(
    answers.map((answer) => ({
      expired: answer === "approval.expired",
      version: 2,
      n: answer === "DECIDED" ? 1 : 0,
      late: 0,
    })),
  );
});

test("two schedules at once expire each approval once, in batches", async () => {
  const ids = [...(await brief(EXPIRE_MAX)), ...(await brief(30))];
  const counts = await Promise.all([expireAll(), expireAll()]);
  expect(counts[0] + counts[1]).toBe(ids.length);
});

test("overdue finds what is open and past its due date, and nothing else", async () => {
  const [late, soon, done] = [await one(PAST), await one("2030-01-01T00:00:00Z"), await one("2030-01-01T00:00:00Z")];
  await admin().pool.query("UPDATE approvals SET expires_at = NULL, due_at = $2 WHERE id = ANY($1)", [
    [late, done],
    PAST,
  ]);
  await decideApproval(olu, { id: done, decision: "APPROVE" });
  const { items, total } = await listApprovals(olu, { filter: { overdue: true, type: ["brief"] } });
  expect([items.map((i) => i.id), total]).toEqual([[late], 1]);
  expect((await listApprovals(olu, { filter: { type: ["brief"] }, limit: 200 })).items.map((i) => i.id)).toContain(
    soon,
  );
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
