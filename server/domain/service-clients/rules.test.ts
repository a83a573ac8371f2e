import { describe, expect, test } from "vitest";
import { isUsable, tokenMark, tokenState } from "#server/domain/service-clients/rules.ts";

const now = new Date("2026-11-28T12:00:00.000Z");
const days = (n: number, ms = 0) => new Date(now.getTime() + n * 86_400_000 + ms);
const token = {
  createdAt: days(-30),
  expiresAt: days(60),
  revokedAt: null as Date | null,
  replacedBy: null as string | null,
  lastUsedAt: null as Date | null,
};

describe("a token", () => {
  test.each([
    ["ACTIVE", {}],
    ["ACTIVE", { expiresAt: days(0, 1) }],
    ["EXPIRED", { expiresAt: now }],
    ["EXPIRED", { expiresAt: now, replacedBy: "x" }],
    ["REPLACED", { replacedBy: "x" }],
    ["REVOKED", { revokedAt: days(-1) }],
    ["REVOKED", { revokedAt: days(-1), expiresAt: days(-2), replacedBy: "x" }],
  ] as const)("is %s: %o", (state, change) => {
    expect(tokenState({ ...token, ...change }, now)).toBe(state);
    expect(isUsable(state)).toBe(state === "ACTIVE" || state === "REPLACED");
  });

  test.each([
    [null, {}],
    ["SOON", { expiresAt: days(14, -1), lastUsedAt: days(-1) }],
    [null, { expiresAt: days(14), lastUsedAt: days(-1) }],
    [null, { expiresAt: days(2), lastUsedAt: days(-14) }],
    [null, { expiresAt: days(2) }],
    [null, { expiresAt: days(2), lastUsedAt: days(-1), replacedBy: "x" }],
    [null, { expiresAt: days(-1), lastUsedAt: days(-2) }],
    ["UNUSED", { createdAt: days(-90) }],
    [null, { createdAt: days(-90, 1) }],
    ["UNUSED", { createdAt: days(-200), lastUsedAt: days(-90) }],
    [null, { createdAt: days(-200), lastUsedAt: days(-90, 1) }],
    [null, { createdAt: days(-200), revokedAt: days(-1) }],
  ] as const)("is marked %s: %o", (mark, change) => {
    expect(tokenMark({ ...token, ...change }, now)).toBe(mark);
  });
});
