import { randomBytes } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { provisionTenant } from "#server/domain/access/provision-tenant.ts";
import type { BUILT_IN_ROLES } from "#server/domain/access/rules.ts";
import type { Stage } from "#server/domain/approvals/rules.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { newRequestId } from "#server/domain/caller.ts";
import { settleDenials } from "#server/domain/governance/record.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { callerOf, callerOfClient, foundingCaller, systemCaller } from "#server/domain/identity/find-caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import type { Database } from "#server/platform/db.ts";
import { bindDatabase, connect } from "#server/platform/db.ts";
import type { TestDatabase } from "#server/testing/database.ts";
import { createTestDatabase } from "#server/testing/database.ts";

type RoleCode = keyof typeof BUILT_IN_ROLES;

/** A tenant to test in: two organisations, a program caller, and makers for the rest. */
export interface World {
  readonly tenantId: string;
  readonly code: string;
  readonly rootId: string;
  readonly orgs: { readonly ca: string; readonly ny: string };
  /** The program itself, with every permission. */
  system(): Promise<Caller>;
  /** A new person with a role at a scope (the root when none is given). */
  person(role: RoleCode | null, scopeId?: string): Promise<Caller>;
  /** The service client `core`, narrowed to an organisation. */
  client(within?: string): Promise<Caller>;
  policy(type: string, stages: readonly Stage[], effect?: string): Promise<void>;
  /** `n` pending approvals of a type, submitted by the program or by `by`. */
  approvals(n: number, of?: { type?: string; orgId?: string; requesterEmail?: string; by?: Caller }): Promise<string[]>;
}

export async function makeTenant(): Promise<World> {
  const [tenantId, rootId, code] = [uuidv7(), uuidv7(), `t${randomBytes(5).toString("hex")}`];
  await provisionTenant(foundingCaller(tenantId, rootId, code), { id: tenantId, rootId, code, name: code });
  const system = () => systemCaller(tenantId);
  const [ca, ny] = await createScopes(await system(), {
    parentId: rootId,
    kind: "ORG",
    items: [
      { code: "CA", name: "California" },
      { code: "NY", name: "New York" },
    ],
  });
  const orgs = { ca: ca?.id as string, ny: ny?.id as string };

  return {
    tenantId,
    code,
    rootId,
    orgs,
    system,
    person: async (role, scopeId = rootId) => {
      const name = `p${randomBytes(5).toString("hex")}`;
      const { personId } = await addPerson(await system(), { email: `${name}@example.test`, name });
      if (role) await assignRole(await system(), { personId, role, scopeId });
      return (await again({ tenantId, personId, clientId: null })) as Caller;
    },
    client: async (within) => {
      const requestId = newRequestId();
      const found = await callerOfClient(code, "core", {
        requestId,
        correlationId: requestId,
        address: null,
        locale: null,
      });
      if (!found) throw new Error("the tenant has no service client");
      return { ...found.caller, within: within ?? null };
    },
    policy: async (type, stages, effect = "none") => {
      await putPolicy(await system(), { type, name: type, stages: [...stages], effect });
    },
    approvals: async (n, { type = "plain", orgId = orgs.ca, requesterEmail, by } = {}) => {
      const caller = by ?? (await system());
      const items = Array.from({ length: n }, (_, i) => ({
        type,
        orgId,
        title: `Request ${i + 1}`,
        amount: `${(i + 1) * 100}`,
        requesterEmail,
      }));
      return (await submitApprovals(caller, { items })).items.map((i) => i.id);
    },
  };
}

/** The same subject with a new request, and with what it may do now. */
export function again(subject: {
  tenantId: string;
  personId: string | null;
  clientId: string | null;
  within?: string | null;
}): Promise<Caller | null> {
  const requestId = newRequestId();
  return callerOf(subject, {
    requestId,
    correlationId: requestId,
    address: null,
    locale: null,
    within: subject.within ?? null,
  });
}

/** A role of the tenant's own; what it holds need not be of the catalogue. */
export async function makeRole(admin: Database, world: World, code: string, permissions: readonly string[]) {
  const id = uuidv7();
  await admin.pool.query("INSERT INTO roles (tenant_id, id, code, name) VALUES ($1, $2, $3, $3)", [
    world.tenantId,
    id,
    code,
  ]);
  await admin.pool.query(
    "INSERT INTO role_permissions (tenant_id, role_id, permission) SELECT $1, $2, unnest($3::text[])",
    [world.tenantId, id, permissions],
  );
}

/** A database for the test file, connected before its tests and dropped after; `admin` bypasses row-level security. */
export function bindTestDatabase(): { urls: () => TestDatabase; admin: () => Database } {
  let test: TestDatabase;
  let admin: Database;
  let app: Database;
  let worker: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    app = connect(test.appUrl, 20);
    admin = connect(test.adminUrl, 3);
    worker = connect(test.workerUrl, 1);
    bindDatabase(app, worker);
  });
  afterAll(async () => {
    await settleDenials();
    await Promise.all([app.close(), worker.close(), admin.close()]);
    await test.drop();
  });
  return { urls: () => test, admin: () => admin };
}
