import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { effects } from "#server/domain/effects.ts";
import { once } from "#server/domain/idempotency/replay.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { transaction } from "#server/domain/transaction.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let mei: Caller;

beforeAll(async () => {
  world = await makeTenant();
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
});

const one = async (of?: Parameters<World["approvals"]>[1]) => (await world.approvals(1, of))[0] as string;
const kept = async (key: string) =>
  (await admin().pool.query("SELECT status, answer FROM idempotency_records WHERE key = $1 ORDER BY created_at", [key]))
    .rows;
const decisions = async (id: string) =>
  (await admin().pool.query("SELECT count(*)::int AS n FROM approval_decisions WHERE approval_id = $1", [id])).rows[0]
    .n;
/** A call that also says whether its answer was a kept one. */
async function replayed<T>(call: (options: { key: string; onReplay: () => void }) => Promise<T>, key: string) {
  let kept = false;
  const answer = await call({
    key,
    onReplay: () => {
      kept = true;
    },
  });
  return { answer, kept };
}

test("I1: twenty concurrent calls with one key are one effect; each gets its answer or is told to wait", async () => {
  const [id, key] = [await one(), uuidv7()];
  const call = () => decideApproval(olu, { id, decision: "APPROVE" }, { key });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, call));
  const answers = outcomes.flatMap((o) => (o.status === "fulfilled" ? [o.value] : []));
  for (const o of outcomes)
    if (o.status === "rejected") expect(o.reason).toMatchObject({ code: "idempotency.in_progress" });
  expect(answers.length).toBeGreaterThan(0);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect([await decisions(id), (await kept(key)).length]).toEqual([1, 1]);
  expect(await replayed((o) => decideApproval(olu, { id, decision: "APPROVE" }, o), key)).toEqual({
    answer: answers[0],
    kept: true,
  });
});

test("I1: without its key the same call is a second one", async () => {
  const input = { type: "plain", orgId: world.orgs.ca, title: "Twice" };
  const key = uuidv7();
  const first = await submitApproval(olu, input, { key });
  expect(await replayed((o) => submitApproval(olu, input, o), key)).toEqual({ answer: first, kept: true });
  expect((await submitApproval(olu, input)).approval.id).not.toBe(first.approval.id);
});

describe("I2: another body never runs", () => {
  test("another input, and the same input in another organisation", async () => {
    const [id, other, key] = [await one(), await one(), uuidv7()];
    await decideApproval(olu, { id, decision: "APPROVE" }, { key });
    const before = await tableHashes(admin().pool);
    const within = { ...olu, within: world.orgs.ca };
    const calls = [
      () => decideApproval(olu, { id: other, decision: "APPROVE" }, { key }),
      () => decideApproval(olu, { id, decision: "APPROVE", comment: "x" }, { key }),
      () => decideApproval(within, { id, decision: "APPROVE" }, { key }),
    ];
    for (const call of calls) expect(await codeOf(call())).toBe("idempotency.mismatch");
    expect(await tableHashes(admin().pool)).toEqual(before);
  });
  test("the body is what was understood: defaults and spelling of an id do not make it another", async () => {
    const key = uuidv7();
    const input = { type: "plain", orgId: world.orgs.ca, title: "Same" };
    await submitApproval(olu, input, { key });
    const spelt = { ...input, orgId: world.orgs.ca.toUpperCase(), priority: "NORMAL" as const, amount: null };
    expect((await replayed((o) => submitApproval(olu, spelt, o), key)).kept).toBe(true);
  });
});

test("I3: the same key of another caller, operation or tenant is another key", async () => {
  const key = uuidv7();
  const other = await makeTenant();
  const input = { type: "plain", title: "Each its own" };
  const calls = [
    () => submitApproval(olu, { ...input, orgId: world.orgs.ca }, { key }),
    () => submitApproval(mei, { ...input, orgId: world.orgs.ca }, { key }),
    async () => submitApproval({ ...(await world.client(world.orgs.ca)) }, input, { key }),
    async () => submitApproval(await other.person("decider"), { ...input, orgId: other.orgs.ca }, { key }),
    async () => decideApproval(olu, { id: await one(), decision: "APPROVE" }, { key }),
  ];
  for (const call of calls) await call();
  expect(await kept(key)).toHaveLength(calls.length);
});

describe("what is kept", () => {
  test("a failed key stays failed, with the same code and facts, when the reason is gone", async () => {
    const [id, key] = [await one({ orgId: world.orgs.ca }), uuidv7()];
    const iris = await world.person("decider", world.orgs.ny);
    const call = (caller: Caller) => decideApproval(caller, { id, decision: "APPROVE" }, { key });
    const first = await refused(call(iris));
    expect(first.code).toBe("approval.not_found");
    await assignRole(await world.system(), {
      personId: iris.personId as string,
      role: "decider",
      scopeId: world.rootId,
    });
    const granted = (await again(iris)) as Caller;
    expect(await refused(call(granted))).toEqual(first);
    expect((await kept(key)).map((r) => r.status)).toEqual(["FAILED"]);
    expect(await decideApproval(granted, { id, decision: "APPROVE" }, { key: uuidv7() })).toMatchObject({
      state: "APPROVED",
    });
  });

  test("a refused run leaves nothing but its answer: no row, no CHANGE row, no event of what was rolled back (U1, O1)", async () => {
    await one({ type: "refusable" });
    const key = uuidv7();
    const before = await tableHashes(admin().pool);
    const call = () => decideByFilter(olu, { filter: { type: ["refusable"] }, decision: "REJECT" }, { key });
    expect(await codeOf(call())).toBe("approval.reason_required");
    const { "public.idempotency_records": was, ...rest } = before;
    const { "public.idempotency_records": is, ...after } = await tableHashes(admin().pool);
    expect(after).toEqual(rest);
    expect(is).not.toBe(was);
    expect(await codeOf(call())).toBe("approval.reason_required");
  });

  test("400 and 403 are never kept: the key runs once the reason is gone", async () => {
    const key = uuidv7();
    const id = await one({ by: olu });
    const half = await world.person("decider", world.orgs.ny);
    await assignRole(await world.system(), {
      personId: half.personId as string,
      role: "reader",
      scopeId: world.rootId,
    });
    const none = await world.person("reader");
    const reader = (await again(half)) as Caller;
    const options = { key };
    expect(await codeOf(decideApproval(olu, { id, decision: "APPROVE" }, options))).toBe("approval.own_request");
    expect(await codeOf(decideApproval(reader, { id, decision: "APPROVE" }, options))).toBe("approval.not_eligible");
    expect(await codeOf(decideApproval(none, { id, decision: "APPROVE" }, options))).toBe("access.denied");
    expect(await codeOf(decideApproval(olu, { id: "x", decision: "APPROVE" }, options))).toBe("input.invalid");
    expect(await codeOf(cancelApproval(reader, { id }, options))).toBe("approval.not_found"); // kept: under its own operation
    expect((await kept(key)).map((r) => JSON.parse(r.answer).code)).toEqual(["approval.not_found"]);
    await assignRole(await world.system(), {
      personId: half.personId as string,
      role: "decider",
      scopeId: world.orgs.ca,
    });
    expect(await decideApproval((await again(half)) as Caller, { id, decision: "APPROVE" }, options)).toMatchObject({
      state: "APPROVED",
    });
  });

  test("an error of the program is never kept: the same key succeeds when it is repaired", async () => {
    let broken = true;
    effects.set("test.flaky", {
      refuse: async () => new Map(),
      apply: async () => {
        if (broken) throw new Error("broken");
      },
    });
    await world.policy("flaky", [{ name: "One", permission: "approvals:decide", needed: 1 }], "test.flaky");
    const [id, key] = [await one({ type: "flaky" }), uuidv7()];
    const call = () => decideApprovals(olu, { ids: [id], decision: "APPROVE" }, { key });
    await expect(call()).rejects.toThrow("broken");
    expect(await kept(key)).toEqual([]);
    broken = false;
    expect(await call()).toMatchObject({ decided: 1 });
  });

  test("a replay asks for the permission again", async () => {
    const [id, key] = [await one(), uuidv7()];
    const leaver = await world.person("decider");
    await decideApproval(leaver, { id, decision: "APPROVE" }, { key });
    const { rows } = await admin().pool.query("SELECT id FROM assignments WHERE person_id = $1", [leaver.personId]);
    await revokeRole(await world.system(), { id: rows[0].id });
    expect(await codeOf(decideApproval((await again(leaver)) as Caller, { id, decision: "APPROVE" }, { key }))).toBe(
      "access.denied",
    );
  });

  test("an expired record is forgotten: the key may run something else", async () => {
    const [a, b, key] = [await one(), await one(), uuidv7()];
    await decideApproval(olu, { id: a, decision: "APPROVE" }, { key });
    const { rows } = await admin().pool.query(
      "SELECT extract(epoch FROM expires_at - created_at)::int AS ttl FROM idempotency_records WHERE key = $1",
      [key],
    );
    expect(rows[0].ttl).toBe(24 * 3600);
    await admin().pool.query(
      "UPDATE idempotency_records SET expires_at = clock_timestamp() - interval '1 ms' WHERE key = $1",
      [key],
    );
    const { answer, kept: was } = await replayed((o) => decideApproval(olu, { id: b, decision: "APPROVE" }, o), key);
    expect([answer.id, was]).toEqual([b, false]);
    expect((await replayed((o) => decideApproval(olu, { id: b, decision: "APPROVE" }, o), key)).kept).toBe(true);
  });
});

test("what a keyed call tells other processes is told with its commit, as without a key", async () => {
  const told: string[] = [];
  await transaction(await world.system(), (work) =>
    once({ ...work, announce: (_, ids) => void told.push(...ids) }, "test", uuidv7(), {}, async (inner) => {
      inner.announce("sessions", ["one", "two"]);
      return null;
    }),
  );
  expect(told).toEqual(["one", "two"]);
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
