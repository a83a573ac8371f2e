import { beforeEach, describe, expect, test } from "vitest";
import { BULK_MAX } from "#server/domain/bulks/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { isLargeSet } from "#server/domain/identity/require-proof.ts";
import { listSessions, sessionLimits } from "#server/domain/sessions/queries.ts";
import { setSessionLimits } from "#server/domain/sessions/set-limits.ts";
import { inTenant } from "#server/platform/db.ts";
import { aliveTo, openSessionOf, sessionIds } from "#server/testing/sessions.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;

let world: World;
let ada: Caller;
beforeEach(async () => {
  world = await makeTenant();
  ada = await openSessionOf(world, (await world.person("administrator")).personId);
});

describe("what a tenant allows its sessions", () => {
  const set = async (limits: Partial<Parameters<typeof setSessionLimits>[1]>, options = {}) => {
    const { version } = await sessionLimits(ada, {});
    return setSessionLimits(
      ada,
      { idleMinutes: null, absoluteHours: null, concurrent: null, stepUpBulk: null, version, ...limits },
      options,
    );
  };

  test("holds at once: of each person those seen longest ago end, never the one that asks; a dry run tells how many", async () => {
    const { personId } = await world.person("decider");
    const [, second, third] = [
      await openSessionOf(world, personId),
      await openSessionOf(world, personId),
      await openSessionOf(world, personId),
    ];
    const newer = await openSessionOf(world, ada.personId);
    await sql("UPDATE user_sessions SET last_seen_at = now() - interval '1 minute' WHERE id = ANY($1)", [
      sessionIds([ada, third]),
    ]);
    expect(await set({ concurrent: 1 }, { dryRun: true })).toMatchObject({ ended: 3 });
    expect(await aliveTo(ada)).toHaveLength(5);
    expect(await set({ concurrent: 1 })).toMatchObject({ ended: 3 });
    expect((await aliveTo(ada)).sort()).toEqual(sessionIds([ada, second]).sort());
    expect(await sql("SELECT ended_reason AS r FROM user_sessions WHERE id = $1", [newer.sessionId])).toEqual([
      { r: "limit" },
    ]);
  });

  test("shortens what is open, and lengthens nothing", async () => {
    const { personId } = await world.person("decider");
    const [old, fresh] = [await openSessionOf(world, personId), await openSessionOf(world, personId)];
    await sql(
      "UPDATE user_sessions SET created_at = created_at - interval '3 hours', absolute_expires_at = absolute_expires_at - interval '3 hours' WHERE id = $1",
      [old.sessionId],
    );
    expect(await set({ absoluteHours: 2, idleMinutes: 30 })).toMatchObject({ ended: 1 });
    const [{ idle, hours }] = await sql(
      "SELECT extract(epoch FROM idle_expires_at - last_seen_at)::int / 60 AS idle, extract(epoch FROM absolute_expires_at - created_at)::int / 3600 AS hours FROM user_sessions WHERE id = $1",
      [fresh.sessionId],
    );
    expect({ idle, hours }).toEqual({ idle: 30, hours: 2 });
    expect(await set({})).toMatchObject({ ended: 0 });
    expect(
      await sql(
        "SELECT extract(epoch FROM idle_expires_at - last_seen_at)::int / 60 AS idle FROM user_sessions WHERE id = $1",
        [fresh.sessionId],
      ),
    ).toEqual([{ idle: 30 }]);
    const listed = new Map((await listSessions(ada, { limit: 200 })).items.map(({ id, status }) => [id, status]));
    expect([listed.get(old.sessionId as string), listed.get(fresh.sessionId as string)]).toEqual(["EXPIRED", "ACTIVE"]);
  });

  test("is never beyond the installation, nor written over what somebody else has set since", async () => {
    for (const longer of [{ idleMinutes: 121 }, { absoluteHours: 25 }])
      await expect(set(longer)).rejects.toMatchObject({
        code: "input.invalid",
        issues: [{ path: Object.keys(longer)[0] }],
      });
    for (const wrong of [
      { idleMinutes: 1 },
      { concurrent: 0 },
      { concurrent: 101 },
      { stepUpBulk: -1 },
      { stepUpBulk: BULK_MAX + 1 },
    ])
      await expect(set(wrong)).rejects.toMatchObject({ code: "input.invalid" });
    await set({ concurrent: 5 });
    await expect(set({ concurrent: 6, version: 0 })).rejects.toMatchObject({ code: "session.limits_stale" });
    const tries = await Promise.allSettled([7, 8].map((concurrent) => set({ concurrent, version: 1 })));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(
      await sql(
        "SELECT before, after FROM audit_logs WHERE action = 'session.limits_set' AND tenant_id = $1 ORDER BY id LIMIT 1",
        [world.tenantId],
      ),
    ).toEqual([
      {
        before: { idleMinutes: null, absoluteHours: null, concurrent: null, stepUpBulk: 1000, secondFactor: false },
        after: { idleMinutes: null, absoluteHours: null, concurrent: 5, stepUpBulk: 1000, secondFactor: false },
      },
    ]);
  });

  test("is also how many are decided at once without a recent proof: of this tenant alone, and 1000 without a word", async () => {
    const other = await makeTenant();
    const said = async () =>
      (
        await sql("SELECT step_up_bulk AS n FROM tenants WHERE id = ANY($1) ORDER BY id = $2 DESC", [
          [world.tenantId, other.tenantId],
          world.tenantId,
        ])
      ).map(({ n }) => n);
    await set({ stepUpBulk: 2 });
    expect(await sessionLimits(ada, {})).toMatchObject({ stepUpBulk: 2, installation: { stepUpBulk: 1000 } });
    expect(await said()).toEqual([2, 1000]);
    expect([await isLargeSet(2, ada), await isLargeSet(3, ada)]).toEqual([false, true]);
    expect(await isLargeSet(3, await other.system())).toBe(false);
    await inTenant(other.tenantId, (tx) => tx.$executeRaw`UPDATE tenants SET step_up_bulk = 1 WHERE code IS NOT NULL`);
    expect(await said()).toEqual([2, 1]);
    await set({});
    expect(await said()).toEqual([1000, 1]);
    expect(
      await sql(
        "SELECT before -> 'stepUpBulk' AS before, after -> 'stepUpBulk' AS after FROM audit_logs WHERE action = 'session.limits_set' AND tenant_id = $1 ORDER BY id",
        [world.tenantId],
      ),
    ).toEqual([
      { before: 1000, after: 2 },
      { before: 2, after: 1000 },
    ]);
  });
});
