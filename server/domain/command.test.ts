import { expect, test } from "vitest";
import { z } from "zod";
import { createRole } from "#server/domain/access/create-role.ts";
import { explainAccess } from "#server/domain/access/explain-access.ts";
import type { BUILT_IN_ROLES, Permission } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may, scopesWhere } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { query } from "#server/domain/query.ts";

const input = z.strictObject({});

/** Judged by the compiler alone, which refuses the suite where one of these lines compiles; nothing of it is run. */
const misspelt = (caller: Caller) => [
  command({
    name: "test.command",
    // @ts-expect-error of a command
    permission: "approvals:deside",
    at: "tenant",
    input,
    run: async () => null,
  }),
  command({
    name: "test.any",
    // @ts-expect-error of a command that any of several lets through
    permission: ["approvals:decide", "approvals:deside"],
    at: "each",
    input,
    run: async () => null,
  }),
  query({
    name: "test.query",
    // @ts-expect-error of a query
    permission: "approval:read",
    input,
    run: async () => null,
  }),
  // @ts-expect-error of a role of the tenant's own
  createRole(caller, { code: "r", name: "R", permissions: ["approvals:raed"] }),
  // @ts-expect-error of a role that every tenant is made with
  { reader: ["approvals:raed"] } satisfies Partial<Record<keyof typeof BUILT_IN_ROLES, readonly Permission[]>>,
  // @ts-expect-error of a check
  may(caller, "audit:reed", "scope"),
  // @ts-expect-error of the places where one may
  scopesWhere(caller, ["audit:read", "audit:reed"]),
  // @ts-expect-error of a question
  explainAccess(caller, { permission: "audit:reed" }),
];

test("a misspelt permission does not compile: of a command, a query, a role, a check or a question", () => {
  expect(misspelt).toBeTypeOf("function");
});
