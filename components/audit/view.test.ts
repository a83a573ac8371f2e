import { describe, expect, test } from "vitest";
import { auditFilterOf, auditQuery, isNarrowed, parseAuditView } from "#components/audit/view.ts";
import { auditListInput } from "#server/domain/audit/schema.ts";

const ID = "019ab2c4-0000-7000-8000-000000000001";

describe("the audit's address", () => {
  test("is the filter: what is written into it is what the server is asked", () => {
    const view = {
      person: ID,
      action: "approval.decided",
      class: "CHANGE",
      from: "2026-11-01",
      to: "2026-11-02",
    } as const;
    const filter = auditFilterOf(parseAuditView(Object.fromEntries(new URLSearchParams(auditQuery(view)))));
    expect(filter).toMatchObject({
      person: ID,
      action: "approval.decided",
      class: "CHANGE",
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-11-03T00:00:00.000Z",
    });
    expect(auditListInput.safeParse({ filter }).success).toBe(true);
  });

  test.each([
    ["person", "1"],
    ["target", "'; DROP TABLE audit_logs"],
    ["class", "SECRET"],
    ["from", "2026-02-30"],
    ["to", "yesterday"],
    ["request", "x".repeat(101)],
    ["entry", "../admin"],
  ])("%s=%s is left out: nothing that the server would refuse is asked", (key, value) => {
    const view = parseAuditView(Object.fromEntries(new URLSearchParams({ [key]: value })));
    expect(isNarrowed(view)).toBe(false);
    expect(view.entry).toBe(null);
  });

  test("an open entry narrows nothing", () => {
    expect(isNarrowed(parseAuditView(Object.fromEntries(new URLSearchParams({ entry: ID }))))).toBe(false);
  });
});
