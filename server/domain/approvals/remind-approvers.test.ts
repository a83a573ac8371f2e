import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { listApprovers } from "#server/domain/approvals/find-approvers.ts";
import { remindApprovers } from "#server/domain/approvals/remind-approvers.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const STAGES = [
  { name: "First", permission: "approvals:decide", needed: 2 },
  { name: "Second", permission: "approvals:confirm", needed: 1 },
] as const;

let world: World;
let asker: Caller;
let decider: Caller;
let confirmer: Caller;
let local: Caller;
let id: string;

const emailOf = async (person: Caller) =>
  (await admin().pool.query("SELECT email FROM people WHERE id = $1", [person.personId])).rows[0].email as string;

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("staged", STAGES);
  asker = await world.person("administrator");
  decider = await world.person("decider");
  confirmer = await world.person("confirmer");
  local = await world.person("decider", world.orgs.ny);
  await world.person("reader");
  const denied = await world.person("decider");
  await assignRole(await world.system(), {
    personId: denied.personId as string,
    role: "decider",
    scopeId: world.orgs.ca,
    effect: "DENY",
  });
  const left = await world.person("decider");
  await admin().pool.query("UPDATE memberships SET status = 'DISABLED' WHERE person_id = $1", [left.personId]);
  const gone = await world.person("decider");
  await admin().pool.query("UPDATE people SET disabled_at = now() WHERE id = $1", [gone.personId]);
  const frozen = await world.person("decider");
  await admin().pool.query("UPDATE people SET frozen_at = now() WHERE id = $1", [frozen.personId]);
});

beforeEach(async () => {
  [id] = (await world.approvals(1, { type: "staged", requesterEmail: await emailOf(asker) })) as [string];
});

const reminded = async () =>
  (
    await admin().pool.query(
      "SELECT to_person_id AS id, scope_id, template, language FROM messages WHERE target_id = $1 ORDER BY created_at",
      [id],
    )
  ).rows;
const waitsFor = async () => (await listApprovers(asker, { id })).people.map((p) => p.id).sort();
const ids = (...people: Caller[]) => people.map((p) => p.personId as string).sort();

describe("a reminder goes to those who could decide the open stage now", () => {
  test("neither requester, nor who decides elsewhere, was denied, has left or only reads", async () => {
    expect(await waitsFor()).toEqual(ids(decider, confirmer));
    expect(await remindApprovers(asker, { id })).toEqual({ sent: 2, quiet: 0 });
    const told = await reminded();
    expect(told.map((m) => m.id).sort()).toEqual(ids(decider, confirmer));
    expect(told[0]).toMatchObject({ scope_id: world.orgs.ca, template: "approvalReminder", language: "en" });
  });

  test("nor who has decided it, nor whose stage is not open; the next stage has its own", async () => {
    await decideApproval(decider, { id, decision: "APPROVE" });
    expect(await waitsFor()).toEqual(ids(confirmer));
    const second = await world.person("decider");
    await decideApproval(second, { id, decision: "APPROVE" });
    expect(await listApprovers(asker, { id })).toMatchObject({ stage: "Second" });
    expect(await waitsFor()).toEqual(ids(confirmer));
  });

  test("in their own language", async () => {
    await admin().pool.query("UPDATE people SET locale = 'es' WHERE id = $1", [confirmer.personId]);
    await remindApprovers(asker, { id, personIds: ids(confirmer) });
    const [{ language, subject }] = (
      await admin().pool.query("SELECT language, subject FROM messages WHERE target_id = $1", [id])
    ).rows;
    expect([language, subject]).toEqual(["es", "A la espera de su decisión: Request 1"]);
  });

  test("one is never reminded by oneself", async () => {
    await remindApprovers(decider, { id });
    expect((await reminded()).map((m) => m.id)).not.toContain(decider.personId);
    await expect(remindApprovers(decider, { id, personIds: ids(decider) })).rejects.toMatchObject({
      code: "message.nobody",
    });
  });
});

describe("each person is reminded of one request at most once an hour", () => {
  test("by whomever, also by four at the same instant", async () => {
    const colleagues = await Promise.all([0, 1, 2].map(() => world.person("administrator")));
    const asked = await Promise.allSettled(
      [asker, ...colleagues].map((c) => remindApprovers(c, { id, personIds: ids(decider) })),
    );
    expect(asked.filter((a) => a.status === "fulfilled")).toHaveLength(1);
    expect(await reminded()).toHaveLength(1);
  });

  test("those left in peace are counted, and when all are the refusal says until when", async () => {
    await remindApprovers(asker, { id, personIds: ids(decider) });
    const rest = await remindApprovers(asker, { id });
    expect(rest.quiet).toBe(1);
    await expect(remindApprovers(asker, { id })).rejects.toMatchObject({
      code: "message.too_soon",
      facts: { at: expect.any(String) },
    });
    await admin().pool.query(
      "UPDATE messages SET created_at = created_at - interval '61 minutes' WHERE target_id = $1",
      [id],
    );
    expect((await remindApprovers(asker, { id })).quiet).toBe(0);
  });
});

describe("a reminder is refused", () => {
  test("once the request is settled", async () => {
    await decideApproval(decider, { id, decision: "REJECT", comment: "no" });
    await expect(remindApprovers(asker, { id })).rejects.toMatchObject({ code: "approval.already_decided" });
  });

  test("where the caller may not read, exactly as for what is not there", async () => {
    await expect(remindApprovers(local, { id })).rejects.toMatchObject({ code: "approval.not_found" });
    const narrowed = (await again({ ...decider, within: world.orgs.ny })) as Caller;
    await expect(remindApprovers(narrowed, { id })).rejects.toMatchObject({ code: "approval.not_found" });
  });
});

test("the approval itself keeps its version, and its timeline says that people were reminded", async () => {
  const before = (await admin().pool.query("SELECT version, updated_at FROM approvals WHERE id = $1", [id])).rows;
  await remindApprovers(asker, { id });
  expect((await admin().pool.query("SELECT version, updated_at FROM approvals WHERE id = $1", [id])).rows).toEqual(
    before,
  );
  const { rows } = await admin().pool.query(
    "SELECT action, class, person_id FROM audit_logs WHERE target_id = $1 ORDER BY id DESC LIMIT 1",
    [id],
  );
  expect(rows).toEqual([{ action: "approval.reminded", class: "CHANGE", person_id: asker.personId }]);
});
