import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { createClient } from "#server/domain/service-clients/create-client.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ana: Caller;
beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
});

const now = async () => (await again(ana)) as Caller;
const rows = async (sql: string, values: unknown[]) => (await admin().pool.query(sql, values)).rows;
const eventsOf = (id: string) =>
  rows(
    `SELECT tenant_id, aggregate_type, aggregate_version, event_type, payload, request_id, correlation_id, xid::text
     FROM outbox_events WHERE aggregate_id = $1 ORDER BY aggregate_version`,
    [id],
  );

describe("PermissionAssigned and PermissionRevoked", () => {
  test.each(["a person", "a service client"])(
    "are in the outbox, once each, with who, what and where: of %s",
    async (of) => {
      const personId = of === "a person" ? ((await world.person(null)).personId as string) : null;
      const clientId = personId ? null : (await createClient(await now(), { code: "told", name: "Told" })).id;
      const whom = personId ? { personId } : { clientId: clientId as string };
      const given = { ...whom, role: "reader", scopeId: world.orgs.ca, effect: "DENY" } as const;
      const { id } = await assignRole({ ...(await now()), requestId: "given", correlationId: "chain" }, given);
      const said = {
        tenant_id: world.tenantId,
        aggregate_type: "ASSIGNMENTS",
        payload: { personId, clientId, role: "reader", scopeId: world.orgs.ca, effect: "DENY" },
        correlation_id: "chain",
      };
      const assigned = { ...said, aggregate_version: 1, event_type: "PermissionAssigned", request_id: "given" };
      const first = await eventsOf(id);
      expect(first).toEqual([{ ...assigned, xid: expect.any(String) }]);
      // Of the commit that made the row.
      expect(await rows("SELECT xmin::text AS xid FROM assignments WHERE id = $1", [id])).toEqual([
        { xid: first[0].xid },
      ]);

      await revokeRole({ ...(await now()), requestId: "taken", correlationId: "chain" }, { id });
      const revoked = { ...said, aggregate_version: 2, event_type: "PermissionRevoked", request_id: "taken" };
      expect(await eventsOf(id)).toEqual([first[0], { ...revoked, xid: expect.any(String) }]);
    },
  );

  test("are there for no change that was refused, or only tried", async () => {
    const count = async () =>
      (
        await rows("SELECT FROM outbox_events WHERE tenant_id = $1 AND aggregate_type = 'ASSIGNMENTS'", [
          world.tenantId,
        ])
      ).length;
    const personId = (await world.person("reader")).personId as string;
    const [held] = await rows("SELECT id FROM assignments WHERE person_id = $1", [personId]);
    const before = await count();
    const given = { personId, role: "reader", scopeId: world.orgs.ca };
    await assignRole(await now(), given, { dryRun: true });
    await revokeRole(await now(), { id: held.id }, { dryRun: true });
    expect(await codeOf(assignRole(await now(), { ...given, personId: uuidv7() }))).toBe("person.not_found");
    expect(await codeOf(revokeRole(await now(), { id: uuidv7() }))).toBe("assignment.not_found");
    expect(await count()).toBe(before);
  });
});
