import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { settleInvitation } from "#server/domain/people/accept-invitation.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 300 }
  : { numRuns: 12, seed: 20_261_125, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true };

const WHAT = [
  "access:write",
  "people:write",
  "approvals:decide",
  "approvals:confirm",
] as const satisfies readonly Permission[];
/** Every set of them, as a role. */
const ROLES = Array.from({ length: 2 ** WHAT.length - 1 }, (_, i) =>
  WHAT.filter((_p, bit) => ((i + 1) >> bit) % 2 === 1),
);
const roleCode = (index: number) => `r${index}`;
const PEOPLE = 4;

let world: World;
let scopes: readonly string[];
/** How many acts were let through. */
let total = 0;

beforeAll(async () => {
  world = await makeTenant();
  const { rootId, orgs } = world;
  const [spring] = await createScopes(await world.system(), {
    parentId: orgs.ca,
    kind: "CYCLE",
    items: [{ code: "S", name: "S" }],
  });
  scopes = [rootId, orgs.ca, spring?.id as string, orgs.ny];
  for (const [index, permissions] of ROLES.entries()) await makeRole(admin(), world, roleCode(index), permissions);
});

const anyRole = fc.nat(ROLES.length - 1);
const anyScope = fc.nat(3);
const anyPerson = fc.nat(PEOPLE - 1);
/** Mostly the one who begins with access:write, its role being one of the even ones. */
const anyActor = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: anyPerson });
const anyStart = fc.record({
  to: fc.constant(0),
  role: anyRole.map((role) => role - (role % 2)),
  at: anyScope,
  effect: fc.constant("ALLOW" as const),
});
const anyEffect = fc.constantFrom("ALLOW" as const, "DENY" as const);
const anyGrant = fc.record({ to: anyPerson, role: anyRole, at: anyScope, effect: anyEffect });
const anyAct = fc.oneof(
  fc.record({ kind: fc.constant("grant" as const), by: anyActor, grant: anyGrant }),
  fc.record({ kind: fc.constant("invite" as const), by: anyActor, grant: anyGrant }),
  fc.record({ kind: fc.constant("revoke" as const), by: anyActor, which: fc.nat(3) }),
);

const caller = async (personId: string) =>
  (await again({ tenantId: world.tenantId, personId, clientId: null })) as Caller;

/** What all of them together may do, and where. */
async function held(people: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const one of await Promise.all(people.map(caller)))
    for (const scope of scopes) for (const what of WHAT) if (may(one, what, scope)) found.add(`${what} ${scope}`);
  return [...found].sort();
}

/** An invitation as its command makes it, and accepted; the link would have gone to the mailbox. */
async function inviteAndAccept(by: Caller, role: string, scopeId: string): Promise<string> {
  const email = `${uuidv7()}@example.test`;
  const { id } = await invitePerson(by, { email, name: "New", role, scopeId });
  const given = { invitationId: id, personId: null, name: "New", passwordHash: "x" };
  return (await settleInvitation(await world.system(), given)).personId;
}

test(
  "R8 whoever grants, invites, denies and revokes, all of them together never hold what none of them held",
  async () => {
    const property = fc.asyncProperty(
      fc.tuple(anyStart, fc.array(anyGrant, { minLength: 1, maxLength: 5 })).map(([start, more]) => [start, ...more]),
      fc.array(anyAct, { minLength: 1, maxLength: 8 }),
      async (given, acts) => {
        const people: string[] = [];
        for (let i = 0; i < PEOPLE; i++) people.push((await world.person(null)).personId as string);
        const system = await world.system();
        for (const { to, role, at, effect } of given)
          await assignRole(system, {
            personId: people[to] as string,
            role: roleCode(role),
            scopeId: scopes[at] as string,
            effect,
          });
        let before = await held(people);
        let done = 0;
        for (const act of acts) {
          const by = await caller(people[act.by] as string);
          try {
            if (act.kind === "revoke") {
              const rows = (await listAssignments(by, { limit: 200 })).items.filter((a) =>
                people.includes(a.personId ?? ""),
              );
              const row = rows[act.which % Math.max(rows.length, 1)];
              if (!row) continue;
              await revokeRole(by, { id: row.id });
              const lifted = row.effect === "DENY" ? ROLES[Number(row.role.slice(1))] : [];
              for (const what of lifted ?? []) expect(may(by, what, row.scopeId), `${what} was not theirs`).toBe(true);
            } else {
              const { to, role, at, effect } = act.grant;
              const [code, scopeId] = [roleCode(role), scopes[at] as string];
              if (act.kind === "grant")
                await assignRole(by, { personId: people[to] as string, role: code, scopeId, effect });
              else people.push(await inviteAndAccept(by, code, scopeId));
              for (const what of ROLES[role] ?? []) expect(may(by, what, scopeId), `${what} was not theirs`).toBe(true);
              expect(may(by, "access:write", scopeId)).toBe(true);
            }
            done++;
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
          const after = await held(people);
          expect(after.filter((pair) => !before.includes(pair))).toEqual([]);
          before = after;
        }
        total += done;
      },
    );
    await fc.assert(property, RUNS);
    expect(total).toBeGreaterThan(RUNS.numRuns / 2); // else it would have proven nothing
  },
  LONG ? 1_800_000 : 150_000,
);
