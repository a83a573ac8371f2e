import type pg from "pg";
import { beforeEach, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { loadAccess } from "#server/domain/access/load-access.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import type { Caller } from "#server/domain/caller.ts";
import { listPeople } from "#server/domain/people/queries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let vera: Caller;
let approval: string;

beforeEach(async () => {
  world = await makeTenant();
  await world.policy("plain", [{ name: "Review", permission: "approvals:decide", needed: 1 }]);
  vera = await world.person("decider");
  [approval = ""] = await world.approvals(1);
});

const approve = (caller: Caller) => decideApprovals(caller, { ids: [approval], decision: "APPROVE" });
const state = async () =>
  (await admin().pool.query<{ state: string }>("SELECT state FROM approvals WHERE id = $1", [approval])).rows[0]?.state;

const WAITING =
  "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'countersign_app' AND datname = current_database() AND wait_event_type = 'Lock'";

/** Runs `call` while somebody else holds what it locks, and `meanwhile` once it waits; its outcome afterwards. */
async function heldUp<T>(
  hold: (other: pg.PoolClient) => Promise<unknown>,
  call: () => Promise<T>,
  meanwhile: (other: pg.PoolClient) => Promise<unknown>,
): Promise<Promise<T>> {
  const other = await admin().pool.connect();
  try {
    await other.query("BEGIN");
    await hold(other);
    const called = call();
    called.catch(() => {}); // looked at below
    await expect.poll(async () => (await admin().pool.query<{ n: number }>(WAITING)).rows[0]?.n).toBe(1);
    await meanwhile(other);
    await other.query("COMMIT");
    return called;
  } finally {
    other.release();
  }
}

const lockApproval = (other: pg.PoolClient) =>
  other.query("SELECT FROM approvals WHERE id = $1 FOR UPDATE", [approval]);

async function takeRole({ tenantId, personId }: Caller): Promise<void> {
  const { rows } = await admin().pool.query<{ id: string }>(
    "SELECT id FROM assignments WHERE tenant_id = $1 AND person_id = $2",
    [tenantId, personId],
  );
  await revokeRole(await world.system(), { id: rows[0]?.id as string });
}

describe("what waits for a lock while access changes", () => {
  test("is refused when the right to it is taken meanwhile (R4)", async () => {
    const called = heldUp(
      lockApproval,
      () => approve(vera),
      () => takeRole(vera),
    );
    expect([await codeOf(called), await state()]).toEqual(["access.denied", "PENDING"]);
  });

  test("is refused when its caller is no member any more", async () => {
    const called = heldUp(
      lockApproval,
      () => approve(vera),
      async () => {
        const system = await world.system();
        const [member] = (await listPeople(system, { q: vera.name })).items;
        await setMemberStatus(system, { id: member?.id as string, status: "DISABLED" });
      },
    );
    expect([await codeOf(called), await state()]).toEqual(["access.denied", "PENDING"]);
  });

  test.each(["disabled_at", "frozen_at"])("is refused when its caller is let in nowhere any more: %s", async (kept) => {
    const called = heldUp(
      lockApproval,
      () => approve(vera),
      () => admin().pool.query(`UPDATE people SET ${kept} = clock_timestamp() WHERE id = $1`, [vera.personId]),
    );
    expect([await codeOf(called), await state()]).toEqual(["access.denied", "PENDING"]);
    await admin().pool.query(`UPDATE people SET ${kept} = NULL WHERE id = $1`, [vera.personId]);
    expect((await loadAccess(vera, vera.access.revision)).grants).toEqual(vera.access.grants);
  });

  test("is done once when others' rights were changed, and its own were not", async () => {
    const called = await heldUp(
      lockApproval,
      () => approve(vera),
      () => world.person("reader"),
    );
    expect([called.decided, await state()]).toEqual([1, "APPROVED"]);
    const { rows } = await admin().pool.query("SELECT 1 FROM approval_decisions WHERE approval_id = $1", [approval]);
    expect(rows).toHaveLength(1);
  });

  test("gives nothing that its giver has lost by then (R8)", async () => {
    const [ana, olu] = [await world.person("administrator"), await world.person("reader")];
    const called = heldUp(
      (other) =>
        other.query(
          "WITH now AS (SELECT set_config('app.tenant_id', $1, true)) DELETE FROM assignments a USING now WHERE a.tenant_id = $1::uuid AND a.person_id = $2",
          [world.tenantId, ana.personId],
        ),
      () => assignRole(ana, { personId: olu.personId as string, role: "decider", scopeId: world.rootId }),
      async () => {},
    );
    expect(await codeOf(called)).toBe("access.denied");
  });
});
