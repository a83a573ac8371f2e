import { globSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import "#server/api/root.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { BUILT_IN_ROLES, PERMISSIONS } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { commands } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { queries } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { tableHashes } from "#server/testing/record.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
const someone = uuidv7();
const ids = () => ({ ids: [uuidv7()] });
const id = () => ({ id: uuidv7() });
const item = () => ({ type: "plain", orgId: world.orgs.ca, title: "A request" });

const ALL = ["administrator", "decider", "confirmer", "reader", "service", "nobody"] as const;
type Role = (typeof ALL)[number];
const READS: Role[] = ["administrator", "decider", "confirmer", "reader", "service"];
const DECIDES: Role[] = ["administrator", "decider", "confirmer", "service"];
const RUNS: Role[] = ["administrator"];

/** Who may, by name. No input: only the program reaches it, from the worker. `tenant` acts on the whole tenant. */
type Row = readonly [
  name: string,
  permission: Permission | null,
  roles: readonly Role[],
  input?: () => unknown,
  at?: "tenant",
];
const MATRIX: Row[] = [
  [
    "access.assign",
    "access:write",
    RUNS,
    () => ({ personId: uuidv7(), role: "reader", scopeId: world.rootId }),
    "tenant",
  ],
  ["access.revoke", "access:write", RUNS, id],
  ["access.whoAmI", null, [...ALL], () => ({})],
  ["approvals.cancel", "approvals:submit", DECIDES, id],
  ["approvals.count", "approvals:read", READS, () => ({})],
  ["approvals.decide", "approvals:decide", DECIDES, () => ({ ...ids(), decision: "APPROVE" })],
  ["approvals.decideOne", "approvals:decide", DECIDES, () => ({ ...id(), decision: "APPROVE" })],
  ["approvals.detail", "approvals:read", READS, id],
  ["approvals.get", "approvals:read", READS, id],
  ["approvals.list", "approvals:read", READS, () => ({})],
  ["approvals.resubmit", "approvals:submit", DECIDES, id],
  ["approvals.submit", "approvals:submit", DECIDES, item],
  ["approvals.submitSet", "approvals:submit", DECIDES, () => ({ items: [item()] })],
  ["bulks.abandoned", "approvals:decide", DECIDES, () => ({})],
  ["bulks.byFilter", "approvals:decide", DECIDES, () => ({ filter: {}, decision: "APPROVE" })],
  ["bulks.cancel", "approvals:decide", DECIDES, id],
  ["bulks.claim", "approvals:decide", DECIDES],
  ["bulks.draft", "approvals:decide", DECIDES, () => ({ filter: {} })],
  ["bulks.get", "approvals:decide", DECIDES, id],
  ["bulks.items", "approvals:decide", DECIDES, id],
  ["bulks.list", "approvals:decide", DECIDES, () => ({})],
  ["bulks.runBatch", "approvals:decide", DECIDES],
  ["bulks.settleItems", "approvals:decide", DECIDES],
  ["bulks.start", "approvals:decide", DECIDES, () => ({ ...id(), decision: "APPROVE" })],
  ["imports.begin", "imports:run", RUNS, () => ({ sourceHash: "0".repeat(64), fileName: "a.csv" }), "tenant"],
  ["imports.close", "imports:run", RUNS, () => ({ importId: uuidv7(), keyed: false, skipBad: false }), "tenant"],
  ["imports.members", "imports:run", RUNS, () => ({ emails: [] })],
  ["imports.problems", "imports:run", RUNS, () => ({ importId: uuidv7(), afterLine: 0, limit: 1 })],
  [
    "imports.stage",
    "imports:run",
    RUNS,
    () => ({ importId: uuidv7(), rows: [{ line: 1, key: "a", item: {}, problems: null }] }),
    "tenant",
  ],
  ["imports.submit", "imports:run", RUNS, () => ({ importId: uuidv7(), afterLine: 0 }), "tenant"],
  ["maintenance.purge", "access:write", RUNS, () => ({}), "tenant"],
  ["people.add", "people:write", RUNS, () => ({ email: "new@example.test", name: "New" }), "tenant"],
  [
    "policies.put",
    "policies:write",
    RUNS,
    () => ({ type: "x", name: "x", stages: [{ name: "S", permission: "approvals:decide", needed: 1 }] }),
    "tenant",
  ],
  [
    "scopes.create",
    "access:write",
    RUNS,
    () => ({ parentId: world.rootId, kind: "ORG", items: [{ code: "TX", name: "Texas" }] }),
    "tenant",
  ],
  ["sessions.close", null, [...ALL], () => ({})],
  [
    "sessions.open",
    null,
    [...ALL],
    () => ({ personId: someone, tokenHash: "0".repeat(64), userAgent: "", idleMinutes: 1, absoluteHours: 1 }),
  ],
  [
    "tenants.provision",
    "access:write",
    RUNS,
    () => ({ id: uuidv7(), rootId: uuidv7(), code: "x", name: "x" }),
    "tenant",
  ],
];

type Operation = (caller: Caller, input: unknown) => Promise<unknown>;
const operations = new Map<string, Operation>();
const callers = new Map<Role, Caller>();

beforeAll(async () => {
  for (const file of globSync("server/domain/**/*.ts", { exclude: ["**/*.test.ts"] })) {
    const module: Record<string, unknown> = await import(resolve(file));
    for (const exported of Object.values(module)) {
      const definition = (exported as { definition?: { name: string } } | null)?.definition;
      if (typeof exported === "function" && definition) operations.set(definition.name, exported as Operation);
    }
  }
  world = await makeTenant();
  for (const role of ALL) {
    if (role === "service") callers.set(role, await world.client());
    else callers.set(role, await world.person(role === "nobody" ? null : role));
  }
});

const registered = () => new Map([...commands, ...queries]);

test("every registered command and query has its row, and every row its command or query", () => {
  expect(MATRIX.map(([name]) => name)).toEqual([...registered().keys()].sort());
  expect(MATRIX.flatMap(([name, , , input]) => (input ? [name] : []))).toEqual([...operations.keys()].sort());
});

test("every command and query declares the permission of its row, from the catalogue", () => {
  const declared = [...registered()].map(([name, { permission }]) => [name, permission]).sort();
  expect(declared).toEqual(MATRIX.map(([name, permission]) => [name, permission]));
  for (const [, permission] of MATRIX) if (permission !== null) expect(PERMISSIONS).toContain(permission);
});

test("who may is what the built-in roles hold", () => {
  for (const [name, permission, roles] of MATRIX) {
    const hold = ALL.filter(
      (r) => permission === null || (r !== "nobody" && (BUILT_IN_ROLES[r] as readonly string[]).includes(permission)),
    );
    expect([name, roles]).toEqual([name, hold]);
  }
});

/** Whether the call got past the permission: any other answer or refusal is a yes. */
async function passes(name: string, caller: Caller, input: unknown): Promise<boolean> {
  try {
    await (operations.get(name) as Operation)(caller, input);
  } catch (error) {
    if (!(error instanceof Refusal)) return true;
    expect(["input.invalid", "org.not_found"], `${name}: ${JSON.stringify(error.issues)}`).not.toContain(error.code);
    return error.code !== "access.denied";
  }
  return true;
}

test.each(ALL)("%s passes where the matrix says so, and is refused everywhere else without a trace", async (role) => {
  const caller = callers.get(role) as Caller;
  const passed = async (rows: readonly Row[]) => {
    const names: string[] = [];
    for (const [name, , , input] of rows) if (input && (await passes(name, caller, input()))) names.push(name);
    return names;
  };
  const [may, mayNot] = [MATRIX.filter(([, , r]) => r.includes(role)), MATRIX.filter(([, , r]) => !r.includes(role))];
  const before = await tableHashes(admin().pool);
  expect(await passed(mayNot)).toEqual([]);
  expect(await tableHashes(admin().pool)).toEqual(before);
  expect(await passed(may)).toEqual(may.flatMap(([name, , , input]) => (input ? [name] : [])));
});

test("an administrator of one organisation is refused what acts on the tenant, and all that lies elsewhere", async () => {
  const local = await world.person("administrator", world.orgs.ny);
  for (const [name, permission, , input, at] of MATRIX)
    if (input && permission !== null && name !== "approvals.submit" && name !== "approvals.submitSet")
      expect([name, await passes(name, local, input())]).toEqual([name, at !== "tenant"]);
  for (const name of ["approvals.submit", "approvals.submitSet"])
    await expect(
      (operations.get(name) as Operation)(local, name === "approvals.submit" ? item() : { items: [item()] }),
    ).rejects.toMatchObject({ code: "org.not_found" });
});
