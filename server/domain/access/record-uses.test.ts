import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { listUnused, listUnusedByRole } from "#server/domain/access/list-unused.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { flushUses, noteUse } from "#server/domain/access/record-uses.ts";
import { commentApproval } from "#server/domain/approvals/comment.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { listApprovals } from "#server/domain/approvals/queries.ts";
import { pauseBulk, resumeBulk } from "#server/domain/bulks/steer-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import { getPerson } from "#server/domain/people/queries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { listPolicies } from "#server/domain/policies/queries.ts";
import { bulksIn } from "#server/testing/bulks.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ada: Caller;
const bulks = bulksIn(() => world, admin);

beforeAll(async () => {
  world = await makeTenant();
  ada = await world.person("administrator");
});

const used = async ({ personId, clientId }: Caller): Promise<string[]> => {
  await flushUses();
  const { rows } = await admin().pool.query(
    "SELECT permission FROM permission_uses WHERE tenant_id = $1 AND subject_id = $2 AND last_used_on = (now() AT TIME ZONE 'UTC')::date ORDER BY 1",
    [world.tenantId, personId ?? clientId],
  );
  return rows.map(({ permission }) => permission);
};

const unusedOf = async ({ personId }: Caller) =>
  (await listUnused(ada, { personId: personId as string })).items[0]?.unused.map(({ permission }) => permission) ?? [];

describe("what somebody used", () => {
  test("is what a command let them do, and what they read; a refusal, and a look at what could be changed, is no use", async () => {
    const [id, other] = await world.approvals(2);
    const dee = await world.person("decider");
    await listApprovals(dee, {});
    await expect(decideApproval(dee, { id: id as string, decision: "REJECT" })).rejects.toThrow();
    expect(await used(dee)).toEqual(["approvals:read"]);
    await decideApproval(dee, { id: other as string, decision: "APPROVE" });
    await commentApproval(dee, { id: id as string, comment: "Seen." });
    expect(await used(dee)).toEqual(["approvals:comment", "approvals:decide", "approvals:read"]);
    const amy = await world.person("administrator");
    await listAssignments(amy, {});
    expect(await used(amy)).toEqual([]);
  });

  test("of a decision is what its stage asks for, whatever else would have let them decide", async () => {
    await world.policy("two-steps", [
      { name: "first", permission: "approvals:decide", needed: 1 },
      { name: "second", permission: "approvals:confirm", needed: 1 },
    ]);
    const [id] = await world.approvals(1, { type: "two-steps" });
    const [amy, con] = [await world.person("administrator"), await world.person("confirmer")];
    await decideApproval(amy, { id: id as string, decision: "APPROVE" });
    expect(await used(amy)).toEqual(["approvals:decide", "approvals:read"]);
    await decideApproval(con, { id: id as string, decision: "APPROVE" });
    expect(await used(con)).toEqual(["approvals:confirm", "approvals:read"]);
  });

  test("of a bulk is what its decisions need; of another's that is stopped, the permission to stop it", async () => {
    const [amy, dee] = [await world.person("administrator"), await world.person("confirmer")];
    const { type } = await bulks.fresh(2);
    const id = await bulks.approveAll(dee, type);
    expect(await used(dee)).toEqual([]);
    await pauseBulk(amy, { id });
    await resumeBulk(amy, { id });
    expect(await used(amy)).toEqual(["bulks:stop"]);
    await bulks.run(id);
    expect(await used(dee)).toEqual(["approvals:decide"]);
  });

  test("of several that are enough is the first that they hold, also when it is given on the same day", async () => {
    const rae = await world.person("reader");
    noteUse(rae, ["approvals:decide", "approvals:read"]);
    expect(await used(rae)).toEqual(["approvals:read"]);
    await assignRole(ada, { personId: rae.personId as string, role: "decider", scopeId: world.orgs.ca });
    noteUse((await again(rae)) as Caller, ["approvals:decide", "approvals:read"]);
    expect(await used(rae)).toEqual(["approvals:decide", "approvals:read"]);
    const amy = await world.person("administrator");
    noteUse(amy, ["approvals:decide", "access:write"]);
    expect(await used(amy)).toEqual(["approvals:decide"]);
  });

  test("of a client is one, whatever each of its tokens leaves of it", async () => {
    const client = await world.client();
    noteUse(client, "approvals:read");
    noteUse(
      {
        ...client,
        token: { id: client.clientId as string, limits: { permissions: new Set(["approvals:read"]), scopeId: null } },
      },
      "approvals:read",
    );
    expect(await used(client)).toEqual(["approvals:read"]);
  });

  test("is written once a day, by however many at once, and the program itself uses nothing", async () => {
    const dee = await world.person("decider");
    for (let n = 0; n < 1000; n++) noteUse(dee, "approvals:decide");
    noteUse(await world.system(), "approvals:decide");
    await Promise.all([flushUses(), flushUses()]);
    const row = async () =>
      (
        await admin().pool.query("SELECT xmin::text, last_used_on::text FROM permission_uses WHERE subject_id = $1", [
          dee.personId,
        ])
      ).rows;
    const first = await row();
    expect(first).toHaveLength(1);
    Reflect.deleteProperty(globalThis, "countersignUses"); // as another process, which has noted nothing
    noteUse(dee, "approvals:decide");
    await flushUses();
    expect(await row()).toEqual(first);
  });
});

describe("what is unused", () => {
  test("is what is held and was not used in 90 days, person by person, with the roles that give it", async () => {
    const dee = await world.person("decider");
    for (const permission of ["approvals:read", "approvals:decide"] as const) noteUse(dee, permission);
    await flushUses();
    expect(await unusedOf(dee)).toEqual(["approvals:comment", "approvals:submit", "messages:send", "policies:read"]);
    const ago = (days: number) =>
      admin().pool.query(
        "UPDATE permission_uses SET last_used_on = (now() AT TIME ZONE 'UTC')::date - $2::int WHERE subject_id = $1 AND permission = 'approvals:decide'",
        [dee.personId, days],
      );
    await ago(90);
    expect(await unusedOf(dee)).not.toContain("approvals:decide");
    await ago(91);
    const [item] = (await listUnused(ada, { personId: dee.personId as string })).items;
    expect(item?.unused.find(({ permission }) => permission === "approvals:decide")).toMatchObject({
      roles: ["decider"],
      lastUsedOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
  });

  test("leaves out who cannot sign in, what is over, and what lies where the reader does not administer; pages go on", async () => {
    const [gone, frozen, past] = [
      await world.person("decider"),
      await world.person("decider"),
      await world.person(null),
    ];
    await admin().pool.query("UPDATE people SET frozen_at = now() WHERE id = $1", [frozen.personId]);
    const { id } = await getPerson(ada, { personId: gone.personId as string });
    await setMemberStatus(ada, { id, status: "DISABLED" });
    const over = { from: "2020-01-01T00:00:00Z", until: "2021-01-01T00:00:00Z" };
    await assignRole(ada, { personId: past.personId as string, role: "reader", scopeId: world.rootId, ...over });
    const local = await world.person("administrator", world.orgs.ny);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await listUnused(ada, { limit: 2, ...(after ? { after } : {}) });
      seen.push(...page.items.map((one) => one.id));
      expect(page.recordedSince).toMatch(/^\d{4}-\d\d-\d\d$/);
      if (!page.next) break;
      after = page.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain(local.personId);
    expect(seen).not.toContain(gone.personId);
    expect(seen).not.toContain(frozen.personId);
    expect(seen).not.toContain(past.personId);
    expect((await listUnused(local, {})).items.map((one) => one.id)).toEqual([local.personId]);
  });

  test("of a role is what nobody who holds it has used", async () => {
    const permissions = ["policies:read", "audit:read"] as const;
    await createRole(ada, { code: "pair", name: "Pair", permissions: [...permissions] });
    const two = [await world.person(null), await world.person(null)];
    for (const one of two)
      await assignRole(ada, { personId: one.personId as string, role: "pair", scopeId: world.rootId });
    await listPolicies((await again(two[0] as Caller)) as Caller, {});
    await flushUses();
    const said = (await listUnusedByRole(ada, {})).find(({ role }) => role === "pair");
    expect(said?.unused).toEqual([{ permission: "audit:read", holders: 2, lastUsedOn: null }]);
  });
});
