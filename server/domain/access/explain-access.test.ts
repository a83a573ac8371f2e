import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { explainAccess, LOOKED_AT_MAX, whoCan } from "#server/domain/access/explain-access.ts";
import { whatCan } from "#server/domain/access/list-holdings.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { getPerson } from "#server/domain/people/queries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const DECIDE: Permission = "approvals:decide";

let world: World;
let elsewhere: World;
let ada: Caller;
let cal: Caller;
let spring: string;

const idOf = (caller: Caller) => caller.personId as string;
const now = async (caller: Caller) => (await again(caller)) as Caller;

beforeAll(async () => {
  [world, elsewhere] = [await makeTenant(), await makeTenant()];
  const [cycle] = await createScopes(await world.system(), {
    parentId: world.orgs.ca,
    kind: "CYCLE",
    items: [{ code: "S", name: "Spring" }],
  });
  spring = cycle?.id as string;
  ada = await world.person("administrator");
  cal = await world.person("administrator", world.orgs.ca);
});

describe("why", () => {
  test("one may is told by the grant that reaches, and by whom it was given", async () => {
    const vera = await world.person(null);
    await assignRole(ada, { personId: idOf(vera), role: "decider", scopeId: world.orgs.ca, reason: "The new office" });
    const said = await explainAccess(await now(vera), { permission: DECIDE, scopeId: spring });
    expect(said).toMatchObject({
      allowed: true,
      subject: { kind: "PERSON", id: vera.personId, name: vera.name },
      scope: { id: spring, path: [expect.any(String), "CA", "S"] },
      because: [{ role: "decider", reason: "The new office", grantedBy: ada.name, scope: { code: "CA" } }],
      against: [],
      change: [],
    });
  });

  test("one may not is told by what comes nearest; the change that it offers turns the answer (R6)", async () => {
    const vera = await world.person("decider", world.orgs.ny);
    const asked = { permission: DECIDE, scopeId: spring, personId: idOf(vera) };
    const before = await explainAccess(ada, asked);
    expect(before).toMatchObject({
      allowed: false,
      because: [],
      nearest: [{ role: "decider", lacks: "ELSEWHERE", scope: { code: "NY" } }],
      change: [{ do: "GRANT", role: "decider", scope: { id: spring } }],
    });
    expect(may(vera, DECIDE, spring)).toBe(false);
    await assignRole(ada, { personId: idOf(vera), role: "decider", scopeId: spring });
    expect(may(await now(vera), DECIDE, spring)).toBe(true);
    expect((await explainAccess(ada, asked)).allowed).toBe(true);
  });

  test("a denial that wins is named; lifted, the answer turns", async () => {
    const vera = await world.person("decider");
    const { id } = await assignRole(ada, {
      personId: idOf(vera),
      role: "decider",
      scopeId: world.orgs.ca,
      effect: "DENY",
    });
    const asked = { permission: DECIDE, scopeId: spring, personId: idOf(vera) };
    expect(await explainAccess(ada, asked)).toMatchObject({
      allowed: false,
      because: [{ effect: "ALLOW" }],
      against: [{ id, effect: "DENY", scope: { code: "CA" } }],
      change: [{ do: "LIFT", grant: { id } }],
    });
    await revokeRole(await now(ada), { id });
    expect((await explainAccess(ada, asked)).allowed).toBe(true);
  });

  test("somebody who cannot sign in may do nothing, whatever they hold; a narrowed session nothing outside", async () => {
    const vera = await world.person("decider");
    const { id } = await getPerson(ada, { personId: idOf(vera) });
    const narrowed = await explainAccess({ ...vera, within: world.orgs.ny }, { permission: DECIDE, scopeId: spring });
    expect(narrowed).toMatchObject({ allowed: false, outside: { code: "NY" }, because: [{ role: "decider" }] });
    await setMemberStatus(ada, { id, status: "DISABLED" });
    const asked = { permission: DECIDE, scopeId: spring, personId: idOf(vera) };
    expect(await explainAccess(ada, asked)).toMatchObject({ allowed: false, barred: "DISABLED" });
    expect((await whatCan(ada, { personId: idOf(vera) })).permissions).toEqual([]);
    const olu = await world.person("decider");
    await admin().pool.query("UPDATE people SET frozen_at = now() WHERE id = $1", [olu.personId]);
    const ofOlu = await explainAccess(ada, { ...asked, personId: idOf(olu) });
    expect(ofOlu).toMatchObject({ allowed: false, barred: "FROZEN", because: [{ role: "decider" }] });
    expect((await whatCan(ada, { personId: idOf(olu) })).permissions).toEqual([]);
  });

  test("is told of others to who administers that place, and of them only what lies there or above", async () => {
    const vera = await world.person("reader", world.orgs.ca);
    await assignRole(ada, { personId: idOf(vera), role: "decider", scopeId: world.orgs.ny });
    const asked = { permission: DECIDE, scopeId: spring, personId: idOf(vera) };
    expect((await explainAccess(cal, asked)).nearest).toMatchObject([{ role: "reader", lacks: "PERMISSION" }]);
    expect(await codeOf(explainAccess(cal, { ...asked, scopeId: world.orgs.ny }))).toBe("scope.not_found");
    const nya = await world.person("decider", world.orgs.ny);
    const stranger = await elsewhere.person("decider");
    for (const personId of [idOf(nya), idOf(stranger), uuidv7()])
      expect(await codeOf(explainAccess(cal, { ...asked, personId }))).toBe("person.not_found");
    expect(await codeOf(explainAccess(ada, { ...asked, personId: idOf(stranger) }))).toBe("person.not_found");
    expect(await codeOf(explainAccess(ada, { ...asked, scopeId: elsewhere.orgs.ca }))).toBe("scope.not_found");
    expect(await codeOf(explainAccess(vera, { ...asked, personId: idOf(ada) }))).toBe("scope.not_found");
    expect(await codeOf(whatCan(vera, { personId: idOf(ada) }))).toBe("person.not_found");
    expect((await explainAccess(vera, { permission: DECIDE, scopeId: world.orgs.ny })).allowed).toBe(true);
  });
});

describe("who can, and what", () => {
  test("beyond those looked at for one page is found by the pages after it, whoever is denied between them (R7)", async () => {
    const own = await makeTenant();
    const eva = await own.person("administrator");
    const people = LOOKED_AT_MAX + 50;
    const nth = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`; // before anybody who is made
    const may = [7, LOOKED_AT_MAX, LOOKED_AT_MAX + 1, people].map(nth);
    const ofAll =
      "(SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS id FROM generate_series(1, $2) n) x";
    const { pool } = admin();
    await pool.query(`INSERT INTO people (id, email, name) SELECT id, id || '@example.test', $1 FROM ${ofAll}`, [
      "N",
      people,
    ]);
    await pool.query(`INSERT INTO memberships (tenant_id, id, person_id) SELECT $1, id, id FROM ${ofAll}`, [
      own.tenantId,
      people,
    ]);
    for (const effect of ["ALLOW", "DENY"])
      await pool.query(
        `INSERT INTO assignments (tenant_id, id, person_id, role_id, scope_id, effect)
         SELECT $1, gen_random_uuid(), x.id, r.id, $3, $4 FROM ${ofAll} JOIN roles r ON r.tenant_id = $1 AND r.code = 'decider'
         WHERE $4 = 'ALLOW' OR x.id <> ALL($5::uuid[])`,
        [own.tenantId, people, own.orgs.ca, effect, may],
      );
    const found: string[] = [];
    const sizes: number[] = [];
    for (let after: string | undefined; ; ) {
      const asked = { permission: DECIDE, scopeId: own.orgs.ca, limit: 200, ...(after ? { after } : {}) };
      const page = await whoCan((await again(eva)) as Caller, asked);
      found.push(...page.items.map(({ id }) => id));
      sizes.push(page.items.length);
      if (!page.next) break;
      after = page.next;
    }
    const core = (await own.client()).clientId as string; // by its built-in role
    expect(found).toEqual([...may, core, idOf(eva)]);
    expect(sizes).toEqual([2, 4]); // the first page ends where it has looked at enough, and says that there is more
  });

  test("what somebody can is through the roles that give it now, and through none that is over, to come or denied", async () => {
    const vera = await world.person("decider");
    const personId = idOf(vera);
    const [day, at] = [86_400_000, Date.now()];
    const times = (from: number, until: number) => ({
      from: new Date(at + from * day).toISOString(),
      until: new Date(at + until * day).toISOString(),
    });
    const give = async (role: string, more: object) =>
      void (await assignRole(ada, { personId, role, scopeId: world.rootId, ...more }));
    await give("confirmer", times(-2, -1));
    await give("service", times(1, 2));
    await give("administrator", { scopeId: world.orgs.ny });
    await assignRole(ada, { personId, role: "administrator", scopeId: world.orgs.ny, effect: "DENY" });
    const { permissions } = await whatCan(await now(ada), { personId });
    expect(permissions.find(({ permission }) => permission === DECIDE)).toMatchObject({
      roles: ["decider"],
      except: [{ code: "NY" }],
    });
  });

  test("is everybody of whom the check says yes, page by page; what somebody can is where it says yes (R7)", async () => {
    const { orgs, rootId } = world;
    const people = [ada, cal];
    for (const [role, scope] of [
      ["decider", rootId],
      ["decider", orgs.ca],
      ["confirmer", spring],
      ["reader", rootId],
      ["decider", orgs.ny],
    ] as const)
      people.push(await world.person(role, scope));
    const denied = await world.person("decider");
    await assignRole(ada, { personId: idOf(denied), role: "decider", scopeId: orgs.ca, effect: "DENY" });
    people.push(await now(denied));
    const ended = await world.person("decider");
    await setMemberStatus(ada, { id: (await getPerson(ada, { personId: idOf(ended) })).id, status: "DISABLED" });

    const scopes = [rootId, orgs.ca, spring, orgs.ny];
    for (const permission of ["approvals:decide", "approvals:confirm", "approvals:read", "outbox:replay"] as const)
      for (const scopeId of scopes) {
        const found: string[] = [];
        for (let after: string | undefined; ; ) {
          const page = await whoCan(ada, { permission, scopeId, limit: 2, ...(after ? { after } : {}) });
          expect(page.items.length).toBeLessThanOrEqual(2);
          found.push(...page.items.map(({ id }) => id));
          if (!page.next) break;
          after = page.next;
        }
        expect(new Set(found).size).toBe(found.length);
        expect(found).not.toContain(idOf(ended));
        for (const person of people)
          expect([permission, scopeId, found.includes(idOf(person))]).toEqual([
            permission,
            scopeId,
            may(person, permission, scopeId),
          ]);
      }
    for (const person of people) {
      const { permissions } = await whatCan(ada, { personId: idOf(person) });
      for (const permission of PERMISSIONS)
        for (const scopeId of scopes) {
          const said = permissions.find((one) => one.permission === permission);
          const path = ada.access.scopes.get(scopeId)?.path ?? [];
          const deepest = (list: readonly { id: string }[] = []) =>
            Math.max(-1, ...list.map(({ id }) => path.indexOf(id)));
          expect([permission, scopeId, deepest(said?.at) > deepest(said?.except)]).toEqual([
            permission,
            scopeId,
            may(person, permission, scopeId),
          ]);
        }
    }
    expect(await codeOf(whoCan(cal, { permission: DECIDE, scopeId: orgs.ny }))).toBe("scope.not_found");
  });

  test("of many places goes on page by page, each of them once, the exceptions last; of a program as of a person", async () => {
    const vera = await world.person(null);
    const client = await world.client();
    const items = Array.from({ length: 7 }, (_, n) => ({ code: `ORG${n}`, name: `Organisation ${n}` }));
    const made = await createScopes(await now(ada), { parentId: world.rootId, kind: "ORG", items });
    const [closed, ...open] = made.map(({ id }) => id);
    const giver = await now(ada);
    for (const scopeId of open) await assignRole(giver, { personId: idOf(vera), role: "reader", scopeId });
    await assignRole(giver, { clientId: client.clientId as string, role: "reader", scopeId: world.rootId });
    for (const scopeId of [closed as string, ...open.slice(0, 2)])
      await assignRole(giver, { clientId: client.clientId as string, role: "reader", scopeId, effect: "DENY" });
    const pages = async (whom: { personId: string } | { clientId: string }, limit: number) => {
      const found: { at: string[]; except: string[]; pages: number } = { at: [], except: [], pages: 0 };
      for (let after: string | undefined; ; ) {
        const asked = { ...whom, permission: "policies:read" as const, limit, ...(after ? { after } : {}) };
        const [page] = (await whatCan(await now(ada), asked)).permissions;
        if (!page) throw new Error("nothing is held");
        expect(page.at.length + page.except.length).toBeLessThanOrEqual(limit);
        found.at.push(...page.at.map(({ code }) => code));
        found.except.push(...page.except.map(({ code }) => code));
        found.pages++;
        if (!page.next) return { ...found, places: page.places, exceptions: page.exceptions };
        after = page.next;
      }
    };
    const codes = items.map(({ code }) => code);
    expect(await pages({ personId: idOf(vera) }, 2)).toEqual({
      at: codes.slice(1),
      except: [],
      pages: 3,
      places: 6,
      exceptions: 0,
    });
    expect(await pages({ clientId: client.clientId as string }, 2)).toEqual({
      at: [world.code],
      except: codes.slice(0, 3),
      pages: 2,
      places: 1,
      exceptions: 3,
    });
    const gone = whatCan(ada, { personId: idOf(vera), permission: "policies:read", after: uuidv7() });
    expect(await codeOf(gone)).toBe("cursor.invalid");
    expect(await codeOf(whatCan(ada, { after: uuidv7() }))).toBe("input.invalid");
  });
});
