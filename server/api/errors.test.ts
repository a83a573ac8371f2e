import { TRPCError } from "@trpc/server";
import { describe, expect, test } from "vitest";
import type { Code } from "#server/api/errors.ts";
import { explain, problem, TransportError } from "#server/api/errors.ts";
import { REFUSALS, Refusal } from "#server/domain/refusals.ts";

/** What the contract says, by status. */
const STATUSES: Record<number, readonly Code[]> = {
  400: ["input.invalid", "cursor.invalid", "cursor.mismatch"],
  403: [
    "platform.denied",
    "access.denied",
    "access.not_held",
    "access.wider",
    "approval.not_eligible",
    "approval.own_request",
    "bulk.held",
    "bulk.not_yours",
    "member.wider",
    "session.second_factor_required",
    "session.step_up_required",
  ],
  404: [
    "session.not_found",
    "token.not_found",
    "role.not_found",
    "governance.not_found",
    "client.not_found",
    "approval.not_found",
    "assignment.not_found",
    "audit.not_found",
    "bulk.not_found",
    "import.not_found",
    "invitation.not_found",
    "member.not_found",
    "message.not_found",
    "org.not_found",
    "scope.not_found",
    "delivery.not_found",
    "event.not_found",
    "link.not_found",
    "factor.not_found",
  ],
  409: [
    "session.limits_stale",
    "token.too_many",
    "token.ended",
    "role.too_many",
    "role.stale",
    "role.in_use",
    "role.code_taken",
    "role.built_in",
    "grant.too_many",
    "grant.role_grew",
    "grant.role_gone",
    "grant.not_offered",
    "grant.not_member",
    "grant.malformed",
    "grant.held",
    "grant.asked",
    "client.too_many",
    "client.stale",
    "client.disabled",
    "client.code_taken",
    "access.last_administrator",
    "approval.already_decided",
    "approval.you_already_decided",
    "approval.stale",
    "approval.stage_not_open",
    "approval.not_open",
    "approval.expired",
    "bulk.not_draft",
    "bulk.draft_expired",
    "bulk.ended",
    "bulk.not_ended",
    "bulk.not_running",
    "bulk.not_paused",
    "bulk.none_failed",
    "bulk.retried",
    "effect.refused",
    "factor.already_set",
    "factor.too_many",
    "sign_in.over",
    "idempotency.in_progress",
    "import.file_changed",
    "import.file_gone",
    "import.not_open",
    "import.stale",
    "import.taken_over",
    "import.too_many_open",
    "invitation.elsewhere",
    "invitation.member",
    "invitation.sign_in",
    "invitation.too_many",
    "message.nobody",
    "message.not_resendable",
    "message.not_revealable",
    "policy.stale",
    "scope.code_taken",
    "scope.stale",
    "approval.too_many_comments",
    "delivery.open",
    "delivery.published",
    "delivery.stale",
    "delivery.worn_out",
    "message.secret_gone",
    "message.sent_again",
    "password.changed",
  ],
  413: ["import.too_large"],
  415: ["import.unsupported_type"],
  422: [
    "approval.reason_required",
    "approval.type_reserved",
    "bulk.too_large",
    "factor.not_usable",
    "session.proof_wrong",
    "session.second_factor_own",
    "sign_in.wrong",
    "idempotency.mismatch",
    "import.empty",
    "import.encoding",
    "import.missing_columns",
    "import.no_good_rows",
    "import.no_rows",
    "import.not_csv",
    "import.repeated_columns",
    "import.too_many_columns",
    "import.too_many_rows",
    "person.not_found",
    "policy.not_found",
    "selection.too_broad",
    "password.common",
    "password.personal",
    "password.unchanged",
    "password.wrong",
  ],
  429: ["invitation.too_often", "message.too_soon", "password.wait", "session.too_soon"],
  503: ["search.building", "search.unavailable"],
};
const TRPC = {
  400: "BAD_REQUEST",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  422: "UNPROCESSABLE_CONTENT",
  429: "TOO_MANY_REQUESTS",
  503: "SERVICE_UNAVAILABLE",
};

describe("every refusal of the domain", () => {
  test("stands in the contract with one status", () => {
    expect(Object.values(STATUSES).flat().sort()).toEqual([...REFUSALS].sort());
  });

  test.each(REFUSALS)("%s has its status, the same over tRPC and REST, and a sentence", (code) => {
    const explained = explain(new Refusal(code));
    const status = Object.keys(STATUSES).find((s) => STATUSES[Number(s)]?.includes(code));
    expect(explained).toMatchObject({ code, status: Number(status), unexpected: false });
    expect(explained.trpcCode).toBe(TRPC[Number(status) as keyof typeof TRPC]);
    expect(explained.title).toMatch(/^[A-Z].+\.$/);
  });
});

describe("transport's own refusals", () => {
  test.each([
    ["auth.required", 401],
    ["auth.foreign_origin", 403],
    ["request.malformed", 400],
    ["request.unsupported_type", 415],
    ["request.too_large", 413],
    ["request.rate_limited", 429],
    ["route.not_found", 404],
    ["route.method_not_allowed", 405],
  ] as const)("%s is %i", (code, status) => {
    expect(explain(new TransportError(code))).toMatchObject({ code, status, unexpected: false });
  });

  test.each([
    ["NOT_FOUND", "route.not_found"],
    ["METHOD_NOT_SUPPORTED", "route.method_not_allowed"],
    ["PARSE_ERROR", "request.malformed"],
    ["UNSUPPORTED_MEDIA_TYPE", "request.unsupported_type"],
    ["PAYLOAD_TOO_LARGE", "request.too_large"],
  ] as const)("tRPC's %s is %s", (code, ours) => {
    expect(explain(new TRPCError({ code }))).toMatchObject({ code: ours, unexpected: false });
  });

  test("a refusal that tRPC has wrapped keeps its own code", () => {
    const cause = new Refusal("approval.stale", { by: "Ana" });
    expect(explain(new TRPCError({ code: "NOT_FOUND", cause }))).toMatchObject({
      code: "approval.stale",
      facts: { by: "Ana" },
    });
  });

  test.each(["idempotency.in_progress"] as const)("%s says when to come back", (code) => {
    expect(explain(new Refusal(code)).retryAfter).toBe(1);
  });
});

describe("whatever else is thrown", () => {
  const secret = "password authentication failed for user countersign_app";

  test.each([
    ["an error", new Error(secret)],
    ["an error that tRPC has wrapped", new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: new Error(secret) })],
    ["a text", secret],
    ["nothing", undefined],
    ["null", null],
    ["something that looks like a refusal", { code: "approval.not_found", name: "Refusal" }],
  ])("%s is a 500 that says nothing of itself", (_, thrown) => {
    const explained = explain(thrown);
    expect(explained).toMatchObject({ code: "internal", status: 500, unexpected: true, facts: {}, issues: [] });
    expect(JSON.stringify(problem(explained, "r"))).not.toContain("password");
  });

  test.each([
    [{ code: "ECONNREFUSED" }],
    [{ code: "P1001" }],
    [{ code: "P2010", meta: { driverAdapterError: { cause: { kind: "DatabaseNotReachable" } } } }],
    [{ code: "P2010", meta: { driverAdapterError: { cause: { kind: "postgres", originalCode: "57P03" } } } }],
    [new Error("Connection terminated unexpectedly")],
  ])("a database that is away is a 503: %o", (thrown) => {
    expect(explain(thrown)).toMatchObject({ code: "unavailable", status: 503, retryAfter: 1, unexpected: true });
  });
});

describe("a problem body", () => {
  test("has the members of the contract and no others; errors only where there are some", () => {
    const members = ["code", "detail", "requestId", "status", "title", "type"];
    expect(Object.keys(problem(explain(new Refusal("approval.not_found")), "r")).sort()).toEqual(members);
    const issues = [{ path: "title", code: "too_small", message: "is empty" }];
    expect(problem(explain(new Refusal("input.invalid", {}, issues)), "r")).toEqual({
      type: "urn:countersign:problem:input.invalid",
      title: "The request does not have the expected form.",
      status: 400,
      detail: "The request does not have the expected form.",
      code: "input.invalid",
      requestId: "r",
      errors: issues,
    });
  });

  test("says who and when in its detail", () => {
    const { detail } = problem(
      explain(new Refusal("approval.already_decided", { by: "Ana", at: "2026-11-22T00:00:00.000Z", state: null })),
      "r",
    );
    expect(detail).toBe("It has been decided. by: Ana, at: 2026-11-22T00:00:00.000Z");
  });
});
