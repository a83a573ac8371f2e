import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { may } from "#server/domain/caller.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { callerOfSession } from "#server/domain/identity/queries.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { startAsker } from "#server/testing/asker.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
const PLACE = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
const ROLES = ["decider", "reader", "half"] as const;
let world: World;
let scopes: readonly string[];
let elsewhere: Awaited<ReturnType<typeof startAsker>>;

beforeAll(async () => {
  world = await makeTenant();
  const { rootId, orgs } = world;
  const items = [{ code: "S", name: "S" }];
  const [cycle] = await createScopes(await world.system(), { parentId: orgs.ca, kind: "CYCLE", items });
  scopes = [rootId, orgs.ca, cycle?.id as string, orgs.ny];
  await makeRole(admin(), world, "half", ["approvals:decide"]);
  elsewhere = await startAsker(urls());
});

/** The rule once more, by the database alone, over what is committed now. */
async function byTheBook(personId: string, scopeId: string): Promise<boolean> {
  const { rows } = await admin().pool.query<{ effect: string }>(
    `SELECT a.effect FROM assignments a
     JOIN role_permissions p ON p.tenant_id = a.tenant_id AND p.role_id = a.role_id AND p.permission = 'approvals:decide'
     JOIN scopes s ON s.tenant_id = a.tenant_id AND s.id = $3 AND a.scope_id = ANY(s.path)
     WHERE a.tenant_id = $1 AND a.person_id = $2 AND (a.starts_at IS NULL OR a.starts_at <= clock_timestamp())
       AND (a.ends_at IS NULL OR a.ends_at > clock_timestamp())`,
    [world.tenantId, personId, scopeId],
  );
  return rows.some((r) => r.effect === "ALLOW") && rows.every((r) => r.effect !== "DENY");
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

test("R4, R5: after every write, kept and fresh answers are the same, in this process and another, and those of the rule", async () => {
  let [asked, allowed] = [0, 0];
  const property = fc.asyncProperty(fc.array(anyWrite, { minLength: 1, maxLength: 8 }), async (writes) => {
    const { personId, name } = await world.person(null);
    const person = { id: personId as string, name };
    const hash = tokenHash(await beginSession(world.tenantId, person, PLACE));
    const system = await world.system();
    for (const write of writes) {
      if ("role" in write) {
        const times = Object.fromEntries(Object.entries(write.time).map(([name, at]) => [name, at()]));
        const given = { role: write.role, scopeId: scopes[write.at] as string, effect: write.effect as "ALLOW" };
        await assignRole(system, { personId: person.id, ...given, ...times });
      } else if ("widen" in write) {
        await admin().pool.query(
          write.widen
            ? "INSERT INTO role_permissions (tenant_id, role_id, permission) SELECT tenant_id, id, 'approvals:decide' FROM roles WHERE tenant_id = $1 AND code = 'half' ON CONFLICT DO NOTHING"
            : "DELETE FROM role_permissions p USING roles r WHERE r.tenant_id = $1 AND r.code = 'half' AND p.role_id = r.id",
          [world.tenantId],
        );
      } else {
        const { items } = await listAssignments(system, { personId: person.id });
        const which = items[write.revoke % Math.max(1, items.length)];
        if (which) await revokeRole(system, { id: which.id });
      }
      for (const scopeId of scopes) {
        const caller = await callerOfSession(hash, 120, facts);
        const expected = await byTheBook(person.id, scopeId);
        const here = caller !== null && may(caller, "approvals:decide", scopeId);
        expect([here, (await elsewhere(hash, scopeId)).decides]).toEqual([expected, expected]);
        asked++;
        if (expected) allowed++;
      }
    }
  });
  await fc.assert(property, { numRuns: LONG ? 500 : 15, seed: 20_261_128 });
  expect(Math.min(allowed, asked - allowed)).toBeGreaterThan(asked / 10); // neither answer is the rare one
});
