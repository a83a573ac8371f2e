import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { changeRole } from "#server/domain/access/change-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { may } from "#server/domain/caller.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { startAsker } from "#server/testing/asker.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
const PLACE = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
const ROLES = ["decider", "reader", "half"] as const;
let world: World;
let other: World;
/** A role of the tenant's own, which comes to hold the permission and to lose it. */
let half: { id: string; version: number };
let scopes: readonly string[];
let elsewhere: Awaited<ReturnType<typeof startAsker>>;

beforeAll(async () => {
  [world, other] = [await makeTenant(), await makeTenant()];
  const { rootId, orgs } = world;
  const items = [{ code: "S", name: "S" }];
  const [cycle] = await createScopes(await world.system(), { parentId: orgs.ca, kind: "CYCLE", items });
  scopes = [rootId, orgs.ca, cycle?.id as string, orgs.ny];
  const made = await createRole(await world.system(), {
    code: "half",
    name: "Half",
    permissions: ["approvals:decide"],
  });
  half = { id: made.id, version: 1 };
  elsewhere = await startAsker(urls());
});

/** The rule once more, by the database alone, over what is committed now, as of a moment. */
async function byTheBook(personId: string, scopeId: string, at: Date | null = null): Promise<boolean> {
  const { rows } = await admin().pool.query<{ effect: string }>(
    `SELECT a.effect FROM assignments a
     JOIN role_permissions p ON p.tenant_id = a.tenant_id AND p.role_id = a.role_id AND p.permission = 'approvals:decide'
     JOIN scopes s ON s.tenant_id = a.tenant_id AND s.id = $3 AND a.scope_id = ANY(s.path)
     WHERE a.tenant_id = $1 AND a.person_id = $2 AND (a.starts_at IS NULL OR a.starts_at <= coalesce($4, clock_timestamp()))
       AND (a.ends_at IS NULL OR a.ends_at > coalesce($4, clock_timestamp()))`,
    [world.tenantId, personId, scopeId, at],
  );
  return rows.some((r) => r.effect === "ALLOW") && rows.every((r) => r.effect !== "DENY");
}

/** The moments at which something begins or ends for somebody, and the millisecond before each. */
async function edges(personId: string): Promise<Date[]> {
  const { rows } = await admin().pool.query<{ at: Date }>(
    `SELECT DISTINCT edge AS at FROM assignments a, unnest(ARRAY[a.starts_at, a.ends_at]) AS edge
     WHERE a.tenant_id = $1 AND a.person_id = $2 AND edge IS NOT NULL`,
    [world.tenantId, personId],
  );
  return rows.flatMap(({ at }) => [at, new Date(at.getTime() - 1)]);
}

/** Somebody with nothing here, who may do everything in the other tenant (R3). */
async function stranger(): Promise<{ id: string; name: string }> {
  const { personId, name } = await world.person(null);
  const id = personId as string;
  await addPerson(await other.system(), { email: `${name}@example.test`, name });
  await assignRole(await other.system(), { personId: id, role: "administrator", scopeId: other.rootId });
  return { id, name };
}

const hour = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();
const anyTime = fc.constantFrom(
  {},
  {},
  { until: () => hour(1) },
  { from: () => hour(-2), until: () => hour(-1) },
  { from: () => hour(1) },
);
const anyWrite = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      role: fc.constantFrom(...ROLES),
      at: fc.nat(3),
      time: anyTime,
      effect: fc.constantFrom("ALLOW", "ALLOW", "DENY"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ revoke: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ widen: fc.boolean() }) },
);

test("R1 to R5, R10: after every write, kept and fresh answers are the same, in this process and another, and those of the rule", async () => {
  let [asked, allowed] = [0, 0];
  const property = fc.asyncProperty(fc.array(anyWrite, { minLength: 1, maxLength: 8 }), async (writes) => {
    const person = await stranger();
    let before = scopes.map(() => false);
    const hash = tokenHash(await beginSession(world.tenantId, person, PLACE));
    const system = await world.system();
    for (const write of writes) {
      if ("role" in write) {
        const times = Object.fromEntries(Object.entries(write.time).map(([name, at]) => [name, at()]));
        const given = { role: write.role, scopeId: scopes[write.at] as string, effect: write.effect as "ALLOW" };
        await assignRole(system, { personId: person.id, ...given, ...times });
      } else if ("widen" in write) {
        const permissions = write.widen ? (["approvals:decide"] as const) : (["approvals:read"] as const);
        half = { ...half, ...(await changeRole(system, { ...half, name: "Half", permissions: [...permissions] })) };
      } else {
        const { items } = await listAssignments(system, { personId: person.id });
        const which = items[write.revoke % Math.max(1, items.length)];
        if (which) await revokeRole(system, { id: which.id });
      }
      const after: boolean[] = [];
      const moments = await edges(person.id);
      for (const scopeId of scopes) {
        const caller = await callerOfSession(hash, 120, facts);
        const expected = await byTheBook(person.id, scopeId);
        const here = caller !== null && may(caller, "approvals:decide", scopeId);
        expect([here, (await elsewhere(hash, scopeId)).decides]).toEqual([expected, expected]);
        asked++;
        if (expected) allowed++;
        after.push(expected);
        for (const at of moments)
          expect(caller !== null && may(caller, "approvals:decide", scopeId, at.getTime())).toBe(
            await byTheBook(person.id, scopeId, at),
          );
      }
      // A permit takes nothing away, a denial gives nothing (R1).
      if ("role" in write)
        for (const [i, had] of before.entries()) {
          if (write.effect === "ALLOW" && had) expect(after[i]).toBe(true);
          if (write.effect === "DENY" && !had) expect(after[i]).toBe(false);
        }
      before = after;
    }
  });
  await fc.assert(property, { numRuns: LONG ? 500 : 15, seed: 20_261_128 });
  expect(Math.min(allowed, asked - allowed)).toBeGreaterThan(asked / 10); // neither answer is the rare one
});
