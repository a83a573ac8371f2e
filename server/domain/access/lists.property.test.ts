import fc from "fast-check";
import { expect, test } from "vitest";
import { explainAccess, whoCan } from "#server/domain/access/explain-access.ts";
import { whatCan } from "#server/domain/access/list-holdings.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { getApproval, listApprovals } from "#server/domain/approvals/queries.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { getPerson } from "#server/domain/people/queries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { createClient } from "#server/domain/service-clients/create-client.ts";
import type { Holder } from "#server/testing/chance.ts";
import { anyGrant, anyTree, byTheBook, giveAll, growTree, makeRoles, pick } from "#server/testing/chance.ts";
import { LONG } from "#server/testing/long.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 200 }
  : { numRuns: 8, seed: 20_261_130, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };

const WHAT = ["approvals:read", "access:write", "audit:read"] as const satisfies readonly Permission[];
const anyRole = fc.subarray([...WHAT], { minLength: 1 });
const PEOPLE = 4; // of whom one is disabled, and one frozen

/** What was answered, or null for who is refused for want of any right to it; whatever else happens is thrown. */
async function unlessDenied<T>(call: Promise<T>, code = "access.denied"): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Refusal && error.code === code) return null;
    throw error;
  }
}

test("R7 who can, what can, and the rows of lists are those of the checks, whoever asks and whatever narrows them", {
  timeout: LONG ? 1_800_000 : 150_000,
}, async () => {
  const seen = { holders: 0, others: 0, rows: 0, hidden: 0, narrowed: 0 };
  const property = fc.asyncProperty(
    anyTree,
    fc.array(anyRole, { minLength: 2, maxLength: 4 }),
    fc.array(anyGrant, { minLength: 6, maxLength: 16 }),
    fc.nat(50),
    async (tree, sets, grants, narrowing) => {
      const world = await makeTenant();
      const scopes = await growTree(world, tree);
      const ada = await world.person("administrator");
      const { id: clientId } = await createClient(ada, { code: "nightly", name: "Nightly" });
      const holders: Holder[] = [{ clientId }];
      for (let i = 0; i < PEOPLE; i++) holders.push({ personId: (await world.person(null)).personId as string });
      await giveAll(world, grants, { holders, roles: await makeRoles(world, sets), scopes });
      const idOf = (holder: Holder) => ("personId" in holder ? holder.personId : holder.clientId);
      const [frozen, gone] = [idOf(holders[PEOPLE - 1] as Holder), idOf(holders[PEOPLE] as Holder)];
      await admin().pool.query("UPDATE people SET frozen_at = now() WHERE id = $1", [frozen]);
      const member = await getPerson(ada, { personId: gone });
      await setMemberStatus(ada, { id: member.id, status: "DISABLED" });

      const system = await world.system();
      const nodes = [...system.access.scopes.values()];
      const places = nodes.filter(({ kind }) => kind === "ORG" || kind === "CYCLE");
      const items = places.map(({ id, code }) => ({ type: "plain", orgId: id, title: code }));
      const approvals = (await submitApprovals(system, { items })).items.map(({ id }, i) => ({
        id,
        scopeId: places[i]?.id as string,
      }));
      const assignments = (await listAssignments(system, { limit: 200 })).items;

      const callers = new Map<string, Caller | null>();
      for (const holder of holders) {
        const subject = { personId: null, clientId: null, ...holder, tenantId: world.tenantId };
        const caller = await again(subject);
        callers.set(idOf(holder), caller);
        const book = caller ? await byTheBook(admin(), world.tenantId, idOf(holder)) : new Set();
        for (const permission of WHAT)
          for (const scope of scopes)
            expect(caller !== null && may(caller, permission, scope)).toBe(book.has(`${permission} ${scope}`));
      }
      for (const id of [gone, frozen]) expect(callers.get(id)).toBeNull();
      const says = (id: string, permission: Permission, scope: string) => {
        const caller = callers.get(id);
        return caller ? may(caller, permission, scope) : false;
      };

      // Who can: asked page by page by the administrator, and by one of them, who may ask where they administer.
      const others = [...callers.values()].filter((caller) => caller !== null);
      for (const permission of WHAT)
        for (const [i, scopeId] of scopes.entries()) {
          const can = [...callers.keys()].filter((id) => says(id, permission, scopeId)).sort();
          seen.holders += can.length;
          seen.others += callers.size - can.length;
          for (const asking of [ada, pick(others, i)]) {
            const found: string[] = [];
            for (let after: string | undefined; ; ) {
              const asked = whoCan(asking, { permission, scopeId, limit: 2, ...(after ? { after } : {}) });
              const denied = may(asking, "access:write", scopeId) ? "none" : "scope.not_found";
              const page = await unlessDenied(unlessDenied(asked, denied));
              expect(page === null).toBe(denied !== "none");
              found.push(...(page?.items.map(({ id }) => id) ?? []));
              if (!page?.next) break;
              after = page.next;
            }
            if (may(asking, "access:write", scopeId)) expect(found.filter((id) => callers.has(id))).toEqual(can); // in the order of ids, each once
          }
        }

      // What can: the nearest part of the tree that is named decides.
      for (const holder of holders) {
        const { permissions } = await whatCan(ada, holder);
        for (const permission of WHAT) {
          // The roles through which they may are those of the grants that give it somewhere.
          const through = new Set<string>();
          for (const { id } of nodes)
            if (says(idOf(holder), permission, id))
              for (const { role } of (await explainAccess(ada, { ...holder, permission, scopeId: id })).because)
                through.add(role);
          expect(permissions.find((one) => one.permission === permission)?.roles ?? []).toEqual([...through].sort());
          for (const { id, path } of nodes) {
            const said = permissions.find((one) => one.permission === permission);
            const depth = (list: readonly { id: string }[] = []) =>
              Math.max(-1, ...list.map((p) => path.indexOf(p.id)));
            expect(depth(said?.at) > depth(said?.except)).toBe(says(idOf(holder), permission, id));
          }
        }
      }

      // Rows: of requests, and of assignments; of who is narrowed to a place, those in it.
      for (const found of callers.values())
        for (const within of [null, pick(places, narrowing).id]) {
          if (!found) continue;
          const caller = { ...found, within };
          const rows = (await unlessDenied(listApprovals(caller, { limit: 200 })))?.items.map(({ id }) => id) ?? [];
          const own = approvals.filter(({ scopeId }) => may(caller, "approvals:read", scopeId)).map(({ id }) => id);
          expect([...rows].sort()).toEqual([...own].sort());
          for (const { id } of approvals) {
            const opened = await unlessDenied(unlessDenied(getApproval(caller, { id }), "approval.not_found"));
            expect(opened !== null).toBe(own.includes(id));
          }
          const held = (await unlessDenied(listAssignments(caller, { limit: 200 })))?.items.map(({ id }) => id) ?? [];
          const administered = assignments.filter(({ scopeId }) => may(caller, "access:write", scopeId));
          expect(held).toEqual(administered.map(({ id }) => id));
          seen.rows += rows.length + held.length;
          seen.hidden += approvals.length - rows.length;
          if (within !== null) seen.narrowed += rows.length;
        }
    },
  );
  await fc.assert(property, RUNS);
  for (const [what, n] of Object.entries(seen)) expect([what, n > 0]).toEqual([what, true]); // else it would have proven nothing
});
