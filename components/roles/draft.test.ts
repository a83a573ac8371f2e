import { expect, test } from "vitest";
import type { Role } from "#components/roles/draft.ts";
import { codeFor, differenceOf, groupsOf, heldBy, toggled } from "#components/roles/draft.ts";
import en from "#messages/en.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";

const role: Role = {
  id: "r",
  code: "auditor",
  name: "Auditor",
  description: "",
  builtIn: false,
  version: 1,
  held: 0,
  invited: 0,
  permissions: ["audit:read", "policies:read"],
};

test("a draft is what differs from its role: toggled back it is none", () => {
  const once = toggled(role, null, "approvals:read");
  expect(once && differenceOf(role, once)).toEqual({ added: ["approvals:read"], removed: [] });
  const twice = toggled(role, once, "audit:read");
  expect(twice && differenceOf(role, twice)).toEqual({ added: ["approvals:read"], removed: ["audit:read"] });
  expect(heldBy(role, twice, "audit:read")).toBe(false);
  expect(heldBy({ ...role, id: "other" }, twice, "audit:read")).toBe(true);
  expect(toggled(role, toggled(role, twice, "audit:read"), "approvals:read")).toBe(null);
});

test("every permission stands under its noun, in the order of the catalogue, and every noun has a name", () => {
  expect(groupsOf().flatMap(({ permissions }) => permissions)).toEqual(PERMISSIONS);
  expect(groupsOf().filter(({ noun }) => !(noun in en.permissionNouns))).toEqual([]);
});

test("a name suggests a code that the server takes", () => {
  expect(codeFor("  Auditoría del Sur, 2 ")).toBe("auditoria-del-sur-2");
  expect(codeFor("監査")).toBe("");
  expect(codeFor(`${"a".repeat(62)} b`)).toBe("a".repeat(62));
});
