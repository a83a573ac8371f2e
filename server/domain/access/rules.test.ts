import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Access, Grant, Permission } from "#server/domain/access/rules.ts";
import { allowedScopes, allows, BUILT_IN_ROLES, PERMISSIONS, sameGrants } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may, scopesWhere } from "#server/domain/caller.ts";
import { LONG } from "#server/testing/long.ts";
import { TREE } from "#server/testing/scopes.ts";

const DECIDE: Permission = "approvals:decide";
const NOW = Date.UTC(2026, 10, 22, 12);

const IDS = TREE.map((s) => s.id);
const access = (grants: readonly Grant[]): Access => ({
  revision: 1n,
  grants,
  scopes: new Map(TREE.map((s) => [s.id, s])),
});
const grant = (scopeId: string, effect: Grant["effect"] = "ALLOW", more: Partial<Grant> = {}): Grant => ({
  permissions: new Set([DECIDE]),
  scopeId,
  effect,
  from: null,
  until: null,
  ...more,
});
const where = (...grants: Grant[]) => allowedScopes(access(grants), DECIDE, null, NOW);

describe("a grant", () => {
  test.each<[string, Grant[], string[]]>([
    ["nothing allows nothing", [], []],
    ["at the root reaches everything", [grant("root")], IDS],
    ["reaches descendants, no ancestor and no sibling", [grant("ca")], ["ca", "spring"]],
    ["at a leaf reaches the leaf", [grant("autumn")], ["autumn"]],
    ["at two scopes reaches both", [grant("spring"), grant("ny")], ["spring", "ny", "autumn"]],
    ["a deny below takes its subtree out", [grant("root"), grant("ca", "DENY")], ["root", "ny", "autumn"]],
    ["a deny above wins over an allow below", [grant("root", "DENY"), grant("spring")], []],
    ["a deny wins at the same scope", [grant("ca"), grant("ca", "DENY")], []],
    ["a deny alone allows nothing", [grant("ca", "DENY")], []],
    [
      "of another permission counts for nothing",
      [grant("root", "ALLOW", { permissions: new Set(["audit:read"]) })],
      [],
    ],
    ["at a scope that is gone counts for nothing", [grant("gone")], []],
  ])("%s", (_, grants, expected) => {
    expect(where(...grants)).toEqual(expected);
    expect(where(...[...grants].reverse())).toEqual(expected); // R2: whatever the order
  });

  test("is not asked for at a scope that is not there", () => {
    expect(allows(access([grant("root")]), DECIDE, "gone", NOW)).toBe(false);
  });

  test.each<[string, Partial<Grant>, number, boolean]>([
    ["a millisecond before it begins", { from: NOW }, NOW - 1, false],
    ["at its first millisecond", { from: NOW }, NOW, true],
    ["at its last millisecond", { until: NOW }, NOW - 1, true],
    ["at its end", { until: NOW }, NOW, false],
    ["when it ends as it begins", { from: NOW, until: NOW }, NOW, false],
  ])("counts to the millisecond: %s (R10)", (_, times, at, expected) => {
    expect(allows(access([grant("root", "ALLOW", times)]), DECIDE, "ca", at)).toBe(expected);
    expect(allows(access([grant("root"), grant("root", "DENY", times)]), DECIDE, "ca", at)).toBe(!expected);
  });
});

test("snapshots give the same by their grants alone, in any order and at any revision", () => {
  const [one, two] = [grant("ca"), grant("ny", "DENY", { until: NOW })];
  const later = (...grants: Grant[]) => ({ ...access(grants), revision: 2n });
  expect(sameGrants(access([one, two]), later({ ...two }, one))).toBe(true);
  const other = [[one], [one, one], [one, grant("ny", "ALLOW", { until: NOW })], [one, grant("ny", "DENY")]];
  for (const grants of other) expect(sameGrants(access([one, two]), later(...grants))).toBe(false);
  const more = grant("ca", "ALLOW", { permissions: new Set([DECIDE, "audit:read"]) });
  expect(sameGrants(access([one]), later(more))).toBe(false);
});

describe("for any grants", () => {
  const anyTime = fc.option(fc.integer({ min: NOW - 2, max: NOW + 2 }), { nil: null });
  const anyGrant: fc.Arbitrary<Grant> = fc.record({
    permissions: fc.subarray([DECIDE, "approvals:read"], { minLength: 1 }).map((p) => new Set<string>(p)),
    scopeId: fc.constantFrom(...IDS, "gone"),
    effect: fc.constantFrom("ALLOW" as const, "DENY" as const),
    from: anyTime,
    until: anyTime,
  });
  const anyGrants = fc.array(anyGrant, { maxLength: 8 });
  const anyWithin = fc.option(fc.constantFrom(...IDS), { nil: null });
  const runs = { numRuns: LONG ? 20_000 : 500 };

  test("one more allow removes nothing, one more deny adds nothing (R1)", () => {
    const property = fc.property(anyGrants, anyGrant, (grants, more) => {
      const [before, after] = [new Set(where(...grants)), new Set(where(...grants, more))];
      const [smaller, larger] = more.effect === "ALLOW" ? [before, after] : [after, before];
      expect([...smaller].filter((id) => !larger.has(id))).toEqual([]);
    });
    fc.assert(property, runs);
  });

  test("their order does not matter, and no scope under a valid deny is allowed (R2)", () => {
    const property = fc.property(
      anyGrants,
      anyGrants.chain((g) =>
        fc.shuffledSubarray(g, { minLength: g.length, maxLength: g.length }).map((s) => [g, s] as const),
      ),
      (_, [grants, shuffled]) => {
        expect(where(...shuffled)).toEqual(where(...grants));
        const denies = grants.filter(
          (g) =>
            g.effect === "DENY" &&
            g.permissions.has(DECIDE) &&
            (g.from ?? -Infinity) <= NOW &&
            (g.until ?? Infinity) > NOW,
        );
        for (const id of where(...grants)) {
          const path = TREE.find((s) => s.id === id)?.path;
          for (const deny of denies) expect(path).not.toContain(deny.scopeId);
        }
      },
    );
    fc.assert(property, runs);
  });

  test("what is kept answers as one that is read anew, whenever it is asked (R5)", () => {
    /** The rule, word for word. */
    const anew = (grants: readonly Grant[], scopeId: string, now: number) => {
      const path = TREE.find(({ id }) => id === scopeId)?.path ?? [];
      const open = grants.filter(
        ({ scopeId: at, permissions, from, until }) =>
          path.includes(at) &&
          permissions.has(DECIDE) &&
          (from === null || now >= from) &&
          (until === null || now < until),
      );
      return open.some(({ effect }) => effect === "ALLOW") && !open.some(({ effect }) => effect === "DENY");
    };
    const bound = fc.option(fc.integer({ min: NOW - 3, max: NOW + 3 }));
    const timed = fc.array(
      fc.record({
        scopeId: fc.constantFrom(...IDS),
        effect: fc.constantFrom("ALLOW" as const, "DENY" as const),
        permissions: fc.constantFrom(new Set([DECIDE]), new Set<string>(["audit:read"])),
        from: bound,
        until: bound,
      }),
      { maxLength: 8 },
    );
    const asked = fc.array(fc.tuple(fc.constantFrom(...IDS, "gone"), fc.integer({ min: NOW - 4, max: NOW + 4 })));
    fc.assert(
      fc.property(timed, asked, (grants, questions) => {
        const kept = access(grants);
        for (const [scopeId, now] of questions)
          expect(allows(kept, DECIDE, scopeId, now)).toBe(anew(grants, scopeId, now));
      }),
      runs,
    );
  });

  test("the list of scopes is the scopes that pass the check, inside what narrows the caller (R7)", () => {
    const property = fc.property(
      anyGrants,
      anyWithin,
      fc.constantFrom("PERSON", "CLIENT", "SYSTEM"),
      (grants, within, kind) => {
        const caller = { access: access(grants), within, kind } as unknown as Caller;
        const checked = IDS.filter((id) => may(caller, DECIDE, id, NOW));
        expect(scopesWhere(caller, DECIDE, NOW)).toEqual(checked);
        if (within) for (const id of checked) expect(TREE.find((s) => s.id === id)?.path).toContain(within);
      },
    );
    fc.assert(property, runs);
  });
});

describe("the built-in roles", () => {
  test("name only permissions of the catalogue; the service role never reaches access, people or policies", () => {
    for (const permissions of Object.values(BUILT_IN_ROLES))
      expect(PERMISSIONS).toEqual(expect.arrayContaining([...permissions]));
    expect(BUILT_IN_ROLES.service).toEqual([
      "approvals:read",
      "approvals:submit",
      "approvals:decide",
      "approvals:comment",
      "messages:send",
    ]);
    expect(new Set(PERMISSIONS).size).toBe(PERMISSIONS.length);
  });
});
