import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { listAudit } from "#server/domain/audit/queries.ts";
import type { Caller } from "#server/domain/caller.ts";
import { getGoverned, governanceChoices, listGoverned } from "#server/domain/governance/queries.ts";
import { flushDenials, settleDenials } from "#server/domain/governance/record.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import type { Filter } from "#server/testing/logged.ts";
import { listLogged } from "#server/testing/logged.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

bindTestDatabase();
let world: World;
let ana: Caller;

beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
});
beforeEach(settleDenials);

const list = (filter: Filter) => listLogged(ana, filter);
const grantTo = (scopeId: string) => ({ personId: ana.personId as string, role: "reader", scopeId });

describe("R7 the log shows what may be read, and nothing else", () => {
  test("who reads one organisation sees its entries, and of their reasons what lies there or on the way", async () => {
    const local = await world.person("administrator", world.orgs.ca);
    const nina = await world.person("reader", world.orgs.ny);
    await codeOf(assignRole(nina, grantTo(world.orgs.ca)));
    await codeOf(assignRole(nina, grantTo(world.orgs.ny)));
    await codeOf(invitePerson(nina, { email: "vi@x.test", name: "Vi", role: "reader", scopeId: world.orgs.ny }));
    await flushDenials();
    const seen = (await listGoverned(local, { limit: 200 })).items;
    expect(new Set(seen.map(({ scope }) => scope?.code))).toEqual(new Set(["CA"]));
    const [own] = seen;
    expect((await getGoverned(local, { id: own?.id as string })).explanation.nearest).toEqual([]);
    const [elsewhere] = await list({ scope: world.orgs.ny, person: nina.personId as string });
    expect(await codeOf(getGoverned(local, { id: elsewhere?.id as string }))).toBe("governance.not_found");
    const operations = async (reader: Caller) => (await governanceChoices(reader, {})).operations;
    expect(await operations(ana)).toContain("people.invite");
    expect(await operations(local)).not.toContain("people.invite");
  });

  test("each filter leaves exactly those, and pages follow one another", async () => {
    const nina = await world.person("reader");
    await codeOf(listAudit(nina, {}));
    await flushDenials();
    const person = nina.personId as string;
    for (const filter of [
      { person, outcome: "DENY" },
      { person, permission: "audit:read" },
      { person, operation: "audit.list" },
      { q: nina.name },
      { person, q: "audit.l" },
      { person, from: new Date(Date.now() - 60_000).toISOString() },
    ] as const)
      expect([filter, (await list(filter)).length]).toEqual([filter, 1]);
    for (const filter of [
      { person, outcome: "ALLOW" },
      { person, permission: "audit%" },
      { person, q: "a_dit" },
      { person, scope: world.orgs.ca },
      { person, to: new Date(Date.now() - 60_000).toISOString() },
      { client: person },
    ] as const)
      expect([filter, await list(filter)]).toEqual([filter, []]);
    const all = await list({});
    expect(all.length).toBeGreaterThan(4);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listGoverned>> = await listGoverned(ana, { limit: 2, cursor });
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);
    expect(paged).toEqual(all.map(({ id }) => id));
  });
});
