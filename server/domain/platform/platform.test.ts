import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { whatCan } from "#server/domain/access/list-holdings.ts";
import { listAudit } from "#server/domain/audit/queries.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { listGoverned } from "#server/domain/governance/queries.ts";
import { settleDenials } from "#server/domain/governance/record.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { blockPerson } from "#server/domain/people/block-person.ts";
import { grantPlatform } from "#server/domain/platform/grant-platform.ts";
import { platformHolders } from "#server/domain/platform/queries.ts";
import { revokePlatform } from "#server/domain/platform/revoke-platform.ts";
import { PLATFORM_PERMISSIONS } from "#server/domain/platform/rules.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let elsewhere: World;

beforeAll(async () => {
  [world, elsewhere] = [await makeTenant(), await makeTenant()];
});

const actingFor = ({ personId, name }: Caller, where = world) =>
  systemCaller(where.tenantId, { personId: personId as string, name });
const holder = async () => {
  const person = await world.person(null);
  const input = { personId: person.personId as string, permission: "platform:people" } as const;
  await grantPlatform(await world.system(), input);
  return { person, input };
};

describe("a platform assignment", () => {
  test("opens nothing in any tenant: no check takes it, no role holds it, and without a membership its holder is nobody", async () => {
    const { person } = await holder();
    const now = (await again(person)) as Caller;
    expect((await whatCan(now, {})).permissions).toEqual([]);
    // @ts-expect-error a permission of the platform is none of a tenant
    expect(may(now, "platform:people", world.rootId)).toBe(false);
    expect(await again({ tenantId: elsewhere.tenantId, personId: person.personId, clientId: null })).toBe(null);
    for (const permission of PLATFORM_PERMISSIONS)
      await expect(makeRole(admin(), world, `r${permission}`, [permission])).rejects.toThrow("role_permissions");
  });

  test("lets the program block for its holder, who is named; for anybody else it is refused, and the denial is kept", async () => {
    const { person, input } = await holder();
    const boss = await world.person("administrator");
    const victim = await world.person("reader");
    const block = { personId: victim.personId as string, blocked: true };
    expect(await codeOf(blockPerson(await actingFor(boss), block))).toBe("platform.denied");
    expect(await again(victim)).not.toBe(null);
    await settleDenials();
    const filter = { outcome: "DENY", person: boss.personId as string } as const;
    expect((await listGoverned((await again(boss)) as Caller, { filter })).items).toMatchObject([
      { operation: "people.block", permission: "platform:people" },
    ]);

    await blockPerson(await actingFor(person), block);
    expect(await again(victim)).toBe(null);
    const audit = await listAudit(await world.system(), { filter: { action: "person.blocked" } });
    expect(audit.items[0]?.by).toMatchObject({ id: person.personId });

    await revokePlatform(await world.system(), input);
    expect(await codeOf(blockPerson(await actingFor(person), { ...block, blocked: false }))).toBe("platform.denied");
    await blockPerson(await world.system(), { ...block, blocked: false });
    expect(await again(victim)).not.toBe(null);
  });

  test("is worth nothing while its holder is blocked or frozen, and gives itself to nobody", async () => {
    const { person } = await holder();
    const victim = await world.person("reader");
    const given = { personId: victim.personId as string, permission: "platform:people" } as const;
    expect(await codeOf(grantPlatform(await actingFor(person), given))).toBe("platform.denied");
    await blockPerson(await world.system(), { personId: person.personId as string, blocked: true });
    const block = { personId: victim.personId as string, blocked: true };
    expect(await codeOf(blockPerson(await actingFor(person), block))).toBe("platform.denied");
    await blockPerson(await world.system(), { personId: person.personId as string, blocked: false });
    await admin().pool.query("UPDATE people SET frozen_at = now() WHERE id = $1", [person.personId]);
    expect(await codeOf(blockPerson(await actingFor(person), block))).toBe("platform.denied");
    const emails = (await platformHolders()).filter(({ permission }) => permission === "platform:grant");
    expect(emails).toEqual([]);
  });

  test("is given by nobody who only administers a tenant", async () => {
    const boss = await world.person("administrator");
    const given = { personId: boss.personId as string, permission: "platform:grant" } as const;
    expect(await codeOf(grantPlatform(boss, given))).toBe("access.denied");
    expect(
      await codeOf(
        assignRole(boss, { personId: boss.personId as string, role: "platform:grant", scopeId: world.rootId }),
      ),
    ).toBe("input.invalid");
  });
});
