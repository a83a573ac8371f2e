import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explain } from "#server/domain/access/explain.ts";
import type { Access, Grant, Permission } from "#server/domain/access/rules.ts";
import { allows } from "#server/domain/access/rules.ts";
import { LONG } from "#server/testing/long.ts";
import { TREE } from "#server/testing/scopes.ts";

const DECIDE: Permission = "approvals:decide";
const READ: Permission = "approvals:read";
const NOW = Date.UTC(2026, 10, 28, 8);

const scopes = new Map(TREE.map((scope) => [scope.id, scope]));
const ROLES = [
  { code: "everything", permissions: [DECIDE, READ, "audit:read"] },
  { code: "decider", permissions: [DECIDE, READ] },
  { code: "reader", permissions: [READ] },
];

interface Named extends Grant {
  readonly id: number;
}

let made = 0;
const grant = (scopeId: string, more: Partial<Grant> = {}): Named => ({
  id: ++made,
  permissions: new Set([DECIDE]),
  scopeId,
  effect: "ALLOW",
  from: null,
  until: null,
  ...more,
});
const why = (grants: readonly Named[], scopeId = "spring", permission: Permission = DECIDE) =>
  explain({ scopes, grants }, { permission, scopeId, now: NOW }, ROLES);
const access = (grants: readonly Grant[]): Access => ({ revision: 1n, grants, scopes });

describe("why", () => {
  test("an allow names every grant that reaches, the nearest first", () => {
    const [far, near, elsewhere] = [grant("root"), grant("ca"), grant("ny")];
    expect(why([far, elsewhere, near])).toEqual({
      allowed: true,
      because: [near, far],
      against: [],
      nearest: [],
      change: [],
    });
  });

  test("a denial that wins is named, and lifting it is the change", () => {
    const [allow, deny] = [grant("spring"), grant("root", { effect: "DENY" })];
    expect(why([allow, deny])).toMatchObject({
      allowed: false,
      because: [allow],
      against: [deny],
      change: [{ do: "LIFT", grant: deny }],
    });
  });

  test("without any, what comes nearest says what it lacks: its time before its place before its role", () => {
    const over = grant("ca", { until: NOW });
    const soon = grant("root", { from: NOW + 1 });
    const [far, farther] = [grant("ny"), grant("autumn")];
    const reader = grant("spring", { permissions: new Set([READ]) });
    const { allowed, nearest, change } = why([reader, farther, far, over, soon]);
    expect(allowed).toBe(false);
    expect(nearest).toEqual([
      { grant: soon, lacks: "NOT_YET" },
      { grant: over, lacks: "OVER" },
      { grant: far, lacks: "ELSEWHERE" },
      { grant: farther, lacks: "ELSEWHERE" },
      { grant: reader, lacks: "PERMISSION" },
    ]);
    expect(change).toEqual([{ do: "RENEW", grant: soon }]);
  });

  test("a grant is offered of the role that gives least, right there; of none where no role has it", () => {
    expect(why([grant("ny")]).change).toEqual([{ do: "GRANT", role: "decider", scopeId: "spring" }]);
    expect(why([], "spring", "outbox:replay").change).toEqual([]);
    expect(why([grant("root")], "gone")).toMatchObject({ allowed: false, because: [], change: [] });
  });

  test("is sound: it says what the check says, and what it quotes, undone, turns the answer (R6)", () => {
    const bound = fc.option(fc.integer({ min: NOW - 2, max: NOW + 2 }));
    const grants = fc.array(
      fc
        .record({
          scopeId: fc.constantFrom(...scopes.keys()),
          effect: fc.constantFrom("ALLOW" as const, "ALLOW" as const, "DENY" as const),
          permissions: fc.constantFrom(new Set<string>([DECIDE]), new Set<string>([READ])),
          from: bound,
          until: bound,
        })
        .map(({ scopeId, ...more }) => grant(scopeId, more)),
      { maxLength: 8 },
    );
    const check = (some: readonly Grant[], scopeId: string) => allows(access(some), DECIDE, scopeId, NOW);
    fc.assert(
      fc.property(grants, fc.constantFrom(...scopes.keys()), (all, scopeId) => {
        const said = why(all, scopeId);
        expect(said.allowed).toBe(check(all, scopeId));
        const without = (some: readonly Named[]) => all.filter((one) => !some.includes(one));
        if (said.allowed) {
          expect(check(without(said.because), scopeId)).toBe(false);
          return;
        }
        if (said.because.length > 0) expect(check(without(said.against), scopeId)).toBe(true);
        for (const { grant: one, lacks } of said.nearest)
          if (lacks === "PERMISSION") expect(one.permissions.has(DECIDE)).toBe(false);
        const changed = all.filter((one) => !said.change.some((part) => part.do !== "GRANT" && part.grant === one));
        for (const part of said.change) {
          if (part.do === "RENEW") changed.push({ ...part.grant, from: null, until: null });
          if (part.do !== "GRANT") continue;
          const permissions = new Set(ROLES.find(({ code }) => code === part.role)?.permissions);
          changed.push(grant(part.scopeId, { permissions }));
        }
        expect(said.change.length).toBeGreaterThan(0);
        expect(check(changed, scopeId)).toBe(true);
        // The smallest: none of its parts is enough without the others.
        for (const part of said.change)
          if (part.do === "LIFT" && said.change.length > 1) expect(check(without([part.grant]), scopeId)).toBe(false);
      }),
      { numRuns: LONG ? 50_000 : 1_000 },
    );
  });
});
