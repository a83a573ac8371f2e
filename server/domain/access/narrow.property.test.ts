import fc from "fast-check";
import { expect, test } from "vitest";
import { explain } from "#server/domain/access/explain.ts";
import type { Access, Grant, Permission, ScopeNode } from "#server/domain/access/rules.ts";
import { allowedScopes, allows, narrowAccess } from "#server/domain/access/rules.ts";

const WHAT = ["approvals:read", "approvals:decide", "access:write"] as const satisfies readonly Permission[];
const NOW = 1_000;

/** T ▸ A ▸ (A1, A2), T ▸ B ▸ B1. */
const TREE = {
  T: ["T"],
  A: ["T", "A"],
  A1: ["T", "A", "A1"],
  A2: ["T", "A", "A2"],
  B: ["T", "B"],
  B1: ["T", "B", "B1"],
};
const NODES = Object.entries(TREE).map(([id, path]): ScopeNode => ({ id, kind: "ORG", code: id, name: id, path }));
const scopes = new Map(NODES.map((node) => [node.id, node]));

const anyScope = fc.constantFrom(...Object.keys(TREE));
const anyWhat = fc.subarray([...WHAT], { minLength: 1 }).map((list) => new Set<string>(list));
const anyGrant: fc.Arbitrary<Grant> = fc.record({
  permissions: anyWhat,
  scopeId: anyScope,
  effect: fc.constantFrom("ALLOW" as const, "ALLOW" as const, "DENY" as const),
  from: fc.option(fc.constantFrom(0, NOW, NOW + 1)),
  until: fc.option(fc.constantFrom(NOW, NOW + 1)),
});
const anyLimits = fc.record({
  permissions: fc.option(anyWhat),
  scopeId: fc.option(fc.oneof(anyScope, fc.constant("gone"))),
});

test("R11 a token may exactly what its client may, inside its own permissions and its own part of the tree", () => {
  fc.assert(
    fc.property(fc.array(anyGrant, { maxLength: 8 }), anyLimits, (grants, limits) => {
      const access: Access = { revision: 1n, scopes, grants };
      const theirs = narrowAccess(access, "t", limits);
      for (const permission of WHAT)
        for (const { id, path } of NODES) {
          const inside =
            (limits.permissions?.has(permission) ?? true) && (limits.scopeId === null || path.includes(limits.scopeId));
          const expected = inside && allows(access, permission, id, NOW);
          expect([permission, id, allows(theirs, permission, id, NOW)]).toEqual([permission, id, expected]);
        }
    }),
    { numRuns: 2_000 },
  );
});

test("R7 R6 the lists and the explanations of a narrowed caller are those of its checks", () => {
  fc.assert(
    fc.property(fc.array(anyGrant, { maxLength: 8 }), anyLimits, fc.option(anyScope), (grants, limits, within) => {
      const theirs = narrowAccess({ revision: 1n, scopes, grants }, "t", limits);
      for (const permission of WHAT) {
        const listed = allowedScopes(theirs, permission, within, NOW);
        for (const { id, path } of NODES) {
          const may = allows(theirs, permission, id, NOW);
          expect(listed.includes(id)).toBe(may && (within === null || path.includes(within)));
          const said = explain({ scopes, grants: theirs.grants }, { permission, scopeId: id, now: NOW }, []);
          expect(said.allowed).toBe(may);
          const without = { ...theirs, grants: theirs.grants.filter((grant) => !said.because.includes(grant)) };
          if (may) expect(allows(without, permission, id, NOW)).toBe(false);
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
