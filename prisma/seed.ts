import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { provisionTenant } from "#server/domain/access/provision-tenant.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { foundingCaller, systemCaller } from "#server/domain/identity/find-caller.ts";
import { tenantByCode } from "#server/domain/identity/queries.ts";
import { personInput } from "#server/domain/identity/schema.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { importFile } from "#server/domain/imports/import-file.ts";
import { importMap } from "#server/domain/imports/schema.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { query } from "#server/domain/query.ts";
import { uuid } from "#server/domain/schema.ts";
import { database } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";
import { onShutdown } from "#server/platform/lifetime.ts";
import { NORTHWIND_POLICIES } from "./demo/policies.ts";
import { CONTOSO_REQUESTS, NORTHWIND_REQUESTS } from "./demo/requests.ts";
import { STATES } from "./demo/states.ts";
import { demoPeople } from "./demo.ts";

/** Makes the demo, or what is missing of it: each step looks first, so that one that was killed is taken up. */

const DAY = 86_400_000;
const say = (line: string) => process.stdout.write(`  ${line}\n`);
const beside = (name: string) => new URL(`./demo/${name}`, import.meta.url);

const policyTypes = query({
  name: "demo.policyTypes",
  permission: "policies:write",
  input: z.strictObject({}),
  run: async ({ caller, tx }) =>
    (await tx.policy.findMany({ where: { tenantId: caller.tenantId }, select: { type: true } })).map((p) => p.type),
});

/** A person and the role in one commit, once: a role that was taken away since stays away. */
const addDemoPerson = command({
  name: "demo.addPerson",
  permission: "people:write",
  at: "tenant",
  input: z.strictObject({ person: personInput, role: z.string(), scopeId: uuid }),
  run: async (work, { person, role, scopeId }): Promise<{ created: boolean }> => {
    const { personId, created } = await addPerson(work, person);
    if (created) await assignRole(work, { personId, role, scopeId, effect: "ALLOW", reason: "demo" });
    return { created };
  },
});

async function tenant(code: string, name: string): Promise<Caller> {
  const known = await tenantByCode(code);
  if (known) return systemCaller(known);
  const [id, rootId] = [uuidv7(), uuidv7()];
  await provisionTenant(foundingCaller(id, rootId, code), { id, rootId, code, name });
  say(`tenant ${code}`);
  return systemCaller(id);
}

/** The caller again, with the organisations in its sight. */
async function organisations(caller: Caller, names: Readonly<Record<string, string>>): Promise<Caller> {
  const items = Object.entries(names).map(([code, name]) => ({ code, name }));
  const made = await createScopes(caller, { parentId: scopeOf(caller, null), kind: "ORG", items });
  const fresh = made.filter((scope) => scope.created).length;
  if (fresh === 0) return caller;
  say(`organisations: ${fresh}`);
  return systemCaller(caller.tenantId);
}

function scopeOf(caller: Caller, org: string | null): string {
  const scopes = [...caller.access.scopes.values()];
  const scope = scopes.find((s) => (org === null ? s.kind === "TENANT" : s.kind === "ORG" && s.code === org));
  if (!scope) throw new Error(`${caller.tenantId} has no scope ${org ?? "of its own"}`);
  return scope.id;
}

async function people(caller: Caller, code: string): Promise<void> {
  for (const { tenant: home, email, name, password, role, org } of demoPeople) {
    if (home !== code) continue;
    const made = await addDemoPerson(caller, {
      person: { email, name, password },
      role,
      scopeId: scopeOf(caller, org),
    });
    if (made.created) say(`${email}, ${role}${org ? ` in ${org}` : ""}`);
  }
}

async function policies(caller: Caller): Promise<void> {
  const known = new Set(await policyTypes(caller, {}));
  for (const policy of NORTHWIND_POLICIES) if (!known.has(policy.type)) await putPolicy(caller, policy);
}

async function loans(caller: Caller): Promise<void> {
  const map = importMap.parse(JSON.parse(await readFile(beside("loans.map.json"), "utf8")));
  const source = { name: "loans.csv", read: () => createReadStream(beside("loans.csv")) };
  const onProgress = ({ step, rows }: { step: string; rows: number }) =>
    void (rows % 5000 === 0 && say(`${rows} records ${step}`));
  const { outcome, submitted, bad } = await importFile(caller, source, map, { onProgress });
  if (outcome === "REFUSED") throw new Error(`${bad} records of the demo were refused`);
  if (submitted > 0) say(`${submitted} records imported`);
}

async function ownRequests(caller: Caller): Promise<void> {
  const now = Date.now();
  const items = NORTHWIND_REQUESTS.map(({ from, org, type, title, amount, priority, payload, dueInDays }, i) => ({
    type,
    title,
    amount,
    priority: priority ?? ("NORMAL" as const),
    orgId: scopeOf(caller, org),
    payload,
    requesterEmail: from,
    dueAt: dueInDays ? new Date(now + dueInDays * DAY).toISOString() : null,
    importKey: `demo-request-${i + 1}`,
  }));
  await submitApprovals(caller, { items });
}

async function contoso(): Promise<void> {
  const caller = await organisations(await tenant("contoso", "Contoso Works"), { HQ: "Headquarters" });
  await people(caller, "contoso");
  const orgId = scopeOf(caller, "HQ");
  const items = CONTOSO_REQUESTS.map((title, i) => ({
    type: "purchase",
    title,
    amount: (i + 1) * 12_500,
    orgId,
    importKey: `demo-request-${i + 1}`,
  }));
  await submitApprovals(caller, { items });
}

async function northwind(): Promise<void> {
  const caller = await organisations(await tenant("northwind", "Northwind Lending"), STATES);
  await people(caller, "northwind");
  await policies(caller);
  await loans(caller);
  await ownRequests(caller);
}

if (env.APP_ENV === "production")
  throw new Error("The demo has accounts whose passwords anybody may read: it is not made in production.");
onShutdown(() => database().close());
const started = performance.now();
await northwind();
await contoso();
await database().close();
say(`the demo is ready (${((performance.now() - started) / 1000).toFixed(1)} s)`);
process.exit(0); // the supervisor's channel would keep the process
