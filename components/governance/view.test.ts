import { describe, expect, test } from "vitest";
import { governanceFilterOf, governanceQuery, isNarrowed, parseGovernanceView } from "#components/governance/view.ts";
import { governanceListInput } from "#server/domain/governance/schema.ts";

const ID = "019ab2c4-0000-7000-8000-000000000001";
const parsed = (query: string | Record<string, string>) =>
  parseGovernanceView(Object.fromEntries(new URLSearchParams(query)));

describe("the governance log's address", () => {
  test("is the filter: what is written into it is what the server is asked", () => {
    const view = { outcome: "DENY", what: "audit:read", person: ID, from: "2026-11-01", to: "2026-11-02" } as const;
    const filter = governanceFilterOf(parsed(governanceQuery(view)));
    expect(filter).toMatchObject({
      outcome: "DENY",
      permission: "audit:read",
      person: ID,
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-11-03T00:00:00.000Z",
    });
    expect(governanceListInput.safeParse({ filter }).success).toBe(true);
  });

  test.each([
    ["outcome", "MAYBE"],
    ["person", "1"],
    ["where", "'; DROP TABLE governance_log"],
    ["from", "2026-02-30"],
    ["request", "x".repeat(101)],
    ["entry", "../admin"],
  ])("%s=%s is left out: nothing that the server would refuse is asked", (key, value) => {
    const view = parsed({ [key]: value });
    expect(isNarrowed(view)).toBe(false);
    expect(view.entry).toBe(null);
  });

  test("words are cut to what the server takes, and an open entry narrows nothing", () => {
    expect(governanceListInput.safeParse({ filter: governanceFilterOf(parsed({ q: "x".repeat(500) })) }).success).toBe(
      true,
    );
    expect(isNarrowed(parsed({ entry: ID }))).toBe(false);
  });
});
