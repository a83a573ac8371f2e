import { globSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import "#server/api/root.ts";
import { BUILT_IN_ROLES, PERMISSIONS, STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import type { Caller, Needed } from "#server/domain/caller.ts";
import { commands } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { ADMINISTERS } from "#server/domain/people/rules.ts";
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
const importRun = () => ({ importId: uuidv7(), fence: 0 });
const MAP = { fields: { org: { column: "a" }, type: { column: "a" }, title: { column: "a" } } };
const NO_PASSKEY = {
  id: "a",
  rawId: "a",
  type: "public-key",
  response: { clientDataJSON: "a", attestationObject: "a" },
};
const item = () => ({ type: "plain", orgId: world.orgs.ca, title: "A request" });

const ALL = ["administrator", "decider", "confirmer", "reader", "service", "nobody"] as const;
type Role = (typeof ALL)[number];
const READS: Role[] = ["administrator", "decider", "confirmer", "reader", "service"];
const PEOPLE: Role[] = ["administrator", "decider", "confirmer", "reader"];
const DECIDES: Role[] = ["administrator", "decider", "confirmer", "service"];
const RUNS: Role[] = ["administrator"];
/** Who decides, and who stops what others decide. */
const STEERS = [...STAGE_PERMISSIONS, "bulks:stop"] as const;

/** Who may, by name. No input: only the program reaches it, from the worker. `tenant` acts on the whole tenant. */
type Row = readonly [
  name: string,
  permission: Needed | "system" | null,
  roles: readonly Role[],
  input?: () => unknown,
  at?: "tenant",
];
const MATRIX: Row[] = [
  ["access.ask", null, [...ALL], () => ({ role: "reader", scopeId: world.orgs.ca, hours: 1, reason: "To look." })],
  ["access.askable", null, [...ALL], () => ({})],
  ["access.asked", null, [...ALL], () => ({})],
  [
    "access.assign",
    "access:write",
    RUNS,
    () => ({ personId: uuidv7(), role: "reader", scopeId: world.rootId }),
    "tenant",
  ],
  ["access.assignments", "access:write", RUNS, () => ({})],
  ["access.changeRole", "access:write", RUNS, () => ({ ...id(), version: 1, name: "A", permissions: [] }), "tenant"],
  ["access.createRole", "access:write", RUNS, () => ({ code: "a", name: "A", permissions: [] }), "tenant"],
  ["access.deleteRole", "access:write", RUNS, () => ({ ...id(), version: 1 }), "tenant"],
  ["access.explain", null, [...ALL], () => ({ permission: "approvals:read", scopeId: world.orgs.ca })],
  ["access.replayDecisions", "access:write", RUNS, () => ({ change: { kind: "DELETE", ...id() } }), "tenant"],
  ["access.revoke", "access:write", RUNS, id],
  ["access.roleNames", null, [...ALL], () => ({})],
  ["access.roles", "access:write", RUNS, () => ({})],
  ["access.simulate", "access:write", RUNS, () => ({ change: { kind: "DELETE", ...id() } }), "tenant"],
  ["access.unused", "access:write", RUNS, () => ({})],
  ["access.unusedByRole", "access:write", RUNS, () => ({})],
  ["access.whatCan", null, [...ALL], () => ({})],
  ["access.whoAmI", null, [...ALL], () => ({})],
  ["access.whoCan", "access:write", RUNS, () => ({ permission: "approvals:read", scopeId: world.orgs.ca })],
  ["account.freeze", "system", [], () => ({ linkId: uuidv7() }), "tenant"],
  ["approvals.approvers", "messages:send", DECIDES, id],
  ["approvals.cancel", "approvals:submit", DECIDES, id],
  ["approvals.comment", "approvals:comment", DECIDES, () => ({ ...id(), comment: "Seen." })],
  ["approvals.count", "approvals:read", READS, () => ({})],
  ["approvals.decide", STAGE_PERMISSIONS, DECIDES, () => ({ ...ids(), decision: "APPROVE" })],
  ["approvals.decideOne", STAGE_PERMISSIONS, DECIDES, () => ({ ...id(), decision: "APPROVE" })],
  ["approvals.detail", "approvals:read", READS, id],
  ["approvals.expire", "approvals:cancel", RUNS, () => ({}), "tenant"],
  [
    "approvals.foresee",
    "approvals:submit",
    DECIDES,
    () => ({
      type: "plain",
      orgId: world.orgs.ca,
      priority: "LOW",
      amount: null,
      payload: {},
      dueAt: null,
      requesterEmail: null,
    }),
  ],
  ["approvals.form", "approvals:submit", DECIDES, () => ({ type: "plain" })],
  ["approvals.get", "approvals:read", READS, id],
  ["approvals.list", "approvals:read", READS, () => ({})],
  ["approvals.prepare", "approvals:submit", DECIDES, () => ({})],
  ["approvals.remind", "messages:send", DECIDES, id],
  ["approvals.resubmit", "approvals:submit", DECIDES, id],
  ["approvals.standing", "approvals:read", READS, ids],
  ["approvals.submit", "approvals:submit", DECIDES, item],
  ["approvals.submitSet", "approvals:submit", DECIDES, () => ({ items: [item()] })],
  ["approvals.tellRequester", "messages:send", DECIDES, id],
  ["audit.choices", "audit:read", RUNS, () => ({})],
  ["audit.get", "audit:read", RUNS, id],
  ["audit.list", "audit:read", RUNS, () => ({})],
  ["bulks.abandoned", STAGE_PERMISSIONS, DECIDES, () => ({})],
  ["bulks.byFilter", STAGE_PERMISSIONS, DECIDES, () => ({ filter: {}, decision: "APPROVE" })],
  ["bulks.cancel", STEERS, DECIDES, id],
  ["bulks.claim", STAGE_PERMISSIONS, DECIDES],
  ["bulks.draft", STAGE_PERMISSIONS, DECIDES, () => ({ filter: {} })],
  ["bulks.export", "approvals:read", READS, id],
  ["bulks.exportPage", "approvals:read", READS],
  ["bulks.get", "approvals:read", READS, id],
  ["bulks.items", "approvals:read", READS, id],
  ["bulks.list", "approvals:read", READS, () => ({})],
  ["bulks.outcomes", "approvals:read", READS, id],
  ["bulks.pause", STEERS, DECIDES, id],
  ["bulks.release", STAGE_PERMISSIONS, DECIDES],
  ["bulks.resume", STEERS, DECIDES, id],
  ["bulks.retry", STAGE_PERMISSIONS, DECIDES, id],
  ["bulks.runBatch", STAGE_PERMISSIONS, DECIDES],
  ["bulks.settleItems", STAGE_PERMISSIONS, DECIDES],
  ["bulks.start", STAGE_PERMISSIONS, DECIDES, () => ({ ...id(), decision: "APPROVE" })],
  ["bulks.try", STAGE_PERMISSIONS, DECIDES, () => ({ ...id(), decision: "APPROVE" })],
  ["events.since", null, [...ALL], () => ({ eventId: uuidv7() })],
  ["factors.addPasskey", null, [...ALL], () => ({ passkey: NO_PASSKEY, name: "Key" })],
  ["factors.beginPasskey", null, [...ALL], () => ({})],
  ["factors.beginTotp", null, [...ALL], () => ({})],
  ["factors.confirmTotp", null, [...ALL], () => ({ code: "000000" })],
  ["factors.list", null, [...ALL], () => ({})],
  ["factors.removePasskey", null, [...ALL], id],
  ["factors.removeTotp", null, [...ALL], () => ({})],
  ["factors.renewRecoveryCodes", null, [...ALL], () => ({})],
  ["governance.choices", "audit:read", RUNS, () => ({})],
  ["governance.get", "audit:read", RUNS, id],
  ["governance.list", "audit:read", RUNS, () => ({})],
  ["imports.abandoned", "imports:run", RUNS, () => ({})],
  ["imports.begin", "imports:run", RUNS, () => ({ sourceHash: "0".repeat(64), fileName: "a.csv" }), "tenant"],
  ["imports.check", "imports:run", RUNS, () => ({ ...id(), version: 1, map: MAP })],
  ["imports.claim", "imports:run", RUNS],
  ["imports.close", "imports:run", RUNS, () => ({ ...importRun(), keyed: false, onBad: "ASK" })],
  [
    "imports.closeUpload",
    "imports:run",
    RUNS,
    () => ({ importId: uuidv7(), fileHash: "0".repeat(64), lines: 1, header: ["a"], delimiter: "," }),
  ],
  ["imports.columns", "imports:run", RUNS, id],
  ["imports.discard", "imports:run", RUNS, id],
  ["imports.export", "imports:run", RUNS, id],
  ["imports.fail", "imports:run", RUNS],
  ["imports.get", "imports:run", RUNS, id],
  ["imports.keepChunk", "imports:run", RUNS, () => ({ importId: uuidv7(), number: 0, bytes: Buffer.from("a") })],
  ["imports.leaveOut", "imports:run", RUNS, () => ({ ...importRun(), afterLine: 0 })],
  ["imports.list", "imports:run", RUNS, () => ({})],
  ["imports.members", "imports:run", RUNS, () => ({ emails: [] })],
  ["imports.openUpload", "imports:run", RUNS, () => ({ fileName: "a.csv" })],
  ["imports.policies", "imports:run", RUNS, () => ({ types: [] })],
  ["imports.preview", "imports:run", RUNS, () => ({ ...id(), map: MAP })],
  ["imports.problems", "imports:run", RUNS, id],
  ["imports.readChunk", "imports:run", RUNS, () => ({ importId: uuidv7(), number: 0 })],
  [
    "imports.stage",
    "imports:run",
    RUNS,
    () => ({ ...importRun(), rows: [{ line: 1, key: "a", item: {}, problems: null }] }),
  ],
  ["imports.start", "imports:run", RUNS, () => ({ ...id(), version: 1 })],
  ["imports.submit", "imports:run", RUNS, () => ({ ...importRun(), afterLine: 0, size: 1 })],
  ["maintenance.purge", "access:write", RUNS, () => ({}), "tenant"],
  ["messages.claim", "messages:send", DECIDES],
  ["messages.get", "messages:read", RUNS, id],
  ["messages.list", "messages:read", RUNS, () => ({})],
  ["messages.preview", "messages:read", RUNS, () => ({ template: "invitation", language: "es" })],
  ["messages.resend", "messages:send", DECIDES, id],
  ["messages.reveal", "messages:reveal", RUNS, id],
  ["messages.settle", "messages:send", DECIDES],
  ["outbox.backlog", "outbox:read", RUNS, () => ({}), "tenant"],
  ["outbox.event", "outbox:read", RUNS, id, "tenant"],
  ["outbox.list", "outbox:read", RUNS, () => ({}), "tenant"],
  ["outbox.replay", "outbox:replay", RUNS, () => ({ eventId: uuidv7(), reaction: "live" }), "tenant"],
  ["outbox.replayDead", "outbox:replay", RUNS, () => ({ reaction: "live" }), "tenant"],
  ["outbox.trace", "outbox:read", RUNS, () => ({ requestId: "r" }), "tenant"],
  ["password.replace", null, [...ALL], () => ({ passwordHash: "x", changedAt: new Date(), elsewhere: true })],
  ["password.sendReset", "system", [], () => ({ requestId: uuidv7(), personId: someone, language: "en" }), "tenant"],
  ["password.settleReset", "system", [], () => ({ linkId: uuidv7(), passwordHash: "x", device: null }), "tenant"],
  [
    "people.accept",
    "system",
    [],
    () => ({ invitationId: uuidv7(), personId: null, name: "New", passwordHash: null }),
    "tenant",
  ],
  ["people.add", "system", [], () => ({ email: "new@example.test", name: "New" }), "tenant"],
  ["people.block", "system", [], () => ({ personId: uuidv7(), blocked: true }), "tenant"],
  ["people.get", ADMINISTERS, RUNS, () => ({ personId: uuidv7() })],
  ["people.invitations", "people:write", RUNS, () => ({})],
  ["people.invite", "people:write", RUNS, () => ({ email: "new@example.test", name: "New" }), "tenant"],
  ["people.list", ADMINISTERS, RUNS, () => ({})],
  [
    "people.offer",
    "system",
    [],
    () => ({ email: "new@example.test", name: "New", tokenHash: "0".repeat(64) }),
    "tenant",
  ],
  ["people.resend", "people:write", RUNS, id],
  ["people.resetFactors", "system", [], () => ({ personId: uuidv7() }), "tenant"],
  ["people.setStatus", "people:write", RUNS, () => ({ ...id(), status: "DISABLED" }), "tenant"],
  ["people.withdraw", "people:write", RUNS, id],
  ["platform.grant", "system", [], () => ({ personId: uuidv7(), permission: "platform:people" }), "tenant"],
  ["platform.revoke", "system", [], () => ({ personId: uuidv7(), permission: "platform:people" }), "tenant"],
  ["policies.get", "policies:read", PEOPLE, () => ({ type: "x" })],
  ["policies.list", "policies:read", PEOPLE, () => ({})],
  [
    "policies.put",
    "policies:write",
    RUNS,
    () => ({ type: "x", name: "x", stages: [{ name: "S", permission: "approvals:decide", needed: 1 }] }),
    "tenant",
  ],
  [
    "policies.tryOut",
    "policies:write",
    RUNS,
    () => ({ type: "x", stages: [{ name: "S", permission: "approvals:decide", needed: 1 }] }),
  ],
  ["profile.get", null, [...ALL], () => ({})],
  ["profile.update", null, [...ALL], () => ({ name: "A name", language: null, timeZone: null })],
  [
    "scopes.create",
    "access:write",
    RUNS,
    () => ({ parentId: world.rootId, kind: "ORG", items: [{ code: "TX", name: "Texas" }] }),
    "tenant",
  ],
  ["scopes.list", "access:write", RUNS, () => ({})],
  ["scopes.rename", "access:write", RUNS, () => ({ ...id(), name: "A name" })],
  ["serviceClients.create", "clients:write", RUNS, () => ({ code: `c${uuidv7()}`, name: "A program" }), "tenant"],
  ["serviceClients.get", "clients:write", RUNS, id, "tenant"],
  ["serviceClients.issueToken", "clients:write", RUNS, () => ({ clientId: uuidv7(), name: "A token" }), "tenant"],
  ["serviceClients.list", "clients:write", RUNS, () => ({}), "tenant"],
  ["serviceClients.revokeToken", "clients:write", RUNS, id, "tenant"],
  ["serviceClients.rotateToken", "clients:write", RUNS, id, "tenant"],
  ["serviceClients.setStatus", "clients:write", RUNS, () => ({ ...id(), status: "DISABLED" }), "tenant"],
  ["serviceClients.update", "clients:write", RUNS, () => ({ ...id(), name: "A name" }), "tenant"],
  ["sessions.choices", "sessions:read", RUNS, () => ({}), "tenant"],
  ["sessions.close", null, [...ALL], () => ({})],
  ["sessions.countFrozen", "sessions:revoke", RUNS, () => ({ set: uuidv7() }), "tenant"],
  ["sessions.endReused", "system", []],
  ["sessions.expire", "system", [], () => ({}), "tenant"],
  ["sessions.freeze", "sessions:revoke", RUNS, () => ({}), "tenant"],
  ["sessions.limits", "sessions:read", RUNS, () => ({}), "tenant"],
  ["sessions.list", "sessions:read", RUNS, () => ({}), "tenant"],
  ["sessions.mine", null, [...ALL], () => ({})],
  ["sessions.name", null, [...ALL], () => ({ ...id(), name: "Laptop" })],
  ["sessions.narrow", null, [...ALL], () => ({ scopeId: null })],
  [
    "sessions.open",
    "system",
    [],
    () => ({ personId: someone, tokenHash: "0".repeat(64), userAgent: "", idleMinutes: 1, absoluteHours: 1 }),
    "tenant",
  ],
  ["sessions.places", null, [...ALL], () => ({})],
  ["sessions.prove", "system", [], () => ({ by: ["password"] }), "tenant"],
  ["sessions.revoke", "sessions:revoke", RUNS, ids, "tenant"],
  ["sessions.revokeFrozen", "sessions:revoke", RUNS, () => ({ set: uuidv7() }), "tenant"],
  ["sessions.revokeOthers", null, [...ALL], () => ({})],
  ["sessions.revokeOwn", null, [...ALL], id],
  [
    "sessions.setLimits",
    "sessions:revoke",
    RUNS,
    () => ({ idleMinutes: null, absoluteHours: null, concurrent: null, stepUpBulk: null, version: 0 }),
    "tenant",
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

const registered = () => new Map<string, { permission: Needed | "system" | null }>([...commands, ...queries]);

test("every registered command and query has its row, and every row its command or query", () => {
  expect(MATRIX.map(([name]) => name)).toEqual([...registered().keys()].sort());
  expect(MATRIX.flatMap(([name, , , input]) => (input ? [name] : []))).toEqual([...operations.keys()].sort());
});

test("every command and query declares the permission of its row, from the catalogue", () => {
  const declared = [...registered()].map(([name, { permission }]) => [name, permission]).sort();
  expect(declared).toEqual(MATRIX.map(([name, permission]) => [name, permission]));
  for (const [, permission] of MATRIX)
    if (permission !== "system") expect(PERMISSIONS).toEqual(expect.arrayContaining([permission ?? []].flat()));
});

test("who may is what the built-in roles hold", () => {
  for (const [name, permission, roles] of MATRIX) {
    const hold = ALL.filter(
      (r) =>
        permission === null ||
        (r !== "nobody" && [permission].flat().some((p) => (BUILT_IN_ROLES[r] as readonly string[]).includes(p))),
    );
    expect([name, roles]).toEqual([name, hold]);
  }
});

test("a field that its operation does not know is refused, whichever operation that is", async () => {
  const administrator = callers.get("administrator") as Caller;
  const taken: unknown[] = [];
  for (const [name, , , input] of MATRIX) {
    if (!input) continue;
    const asked = (operations.get(name) as Operation)(administrator, { ...(input() as object), isAdministrator: true });
    const code = await asked.then(
      () => "taken",
      (error) => error.code,
    );
    if (code !== "input.invalid") taken.push([name, code]);
  }
  expect(taken).toEqual([]);
});

/** What it was allowed is in the governance log. */
const SENSITIVE = [
  "access.assign",
  "access.changeRole",
  "access.createRole",
  "access.deleteRole",
  "access.revoke",
  "bulks.export",
  "bulks.start",
  "factors.addPasskey",
  "factors.confirmTotp",
  "factors.removePasskey",
  "factors.removeTotp",
  "factors.renewRecoveryCodes",
  "messages.reveal",
  "password.replace",
  "people.block",
  "people.invite",
  "people.resend",
  "people.resetFactors",
  "people.setStatus",
  "platform.grant",
  "platform.revoke",
  "policies.put",
  "serviceClients.create",
  "serviceClients.issueToken",
  "serviceClients.revokeToken",
  "serviceClients.rotateToken",
  "serviceClients.setStatus",
  "sessions.revoke",
  "sessions.revokeFrozen",
  "sessions.revokeOthers",
  "sessions.setLimits",
];

test("what gives or takes access or sessions, opens or takes away what is kept, or decides by the thousand is sensitive", () => {
  expect([...commands].flatMap(([name, { sensitive }]) => (sensitive ? [name] : [])).sort()).toEqual(SENSITIVE);
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

/** Where the input names the organisation itself. */
const PLACED = ["approvals.foresee", "approvals.submit", "approvals.submitSet"];

test("an administrator of one organisation is refused what acts on the tenant, and all that lies elsewhere", async () => {
  const local = await world.person("administrator", world.orgs.ny);
  for (const [name, permission, , input, at] of MATRIX)
    if (input && permission !== null && !PLACED.includes(name))
      expect([name, await passes(name, local, input())]).toEqual([name, at !== "tenant"]);
  for (const name of PLACED) {
    const input = MATRIX.find(([known]) => known === name)?.[3];
    await expect((operations.get(name) as Operation)(local, input?.())).rejects.toMatchObject({
      code: "org.not_found",
    });
  }
});
