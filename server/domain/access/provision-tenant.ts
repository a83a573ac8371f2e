import { ASK_TYPE, BUILT_IN_ROLES } from "#server/domain/access/rules.ts";
import { ASKED_FORM, tenantInput } from "#server/domain/access/schema.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { CORE_CLIENT } from "#server/domain/service-clients/rules.ts";

/** A request for access that nobody decides lapses. */
const ASK_DUE_HOURS = 72;
const ASK_EXPIRES_HOURS = 96;

/**
 * A tenant with what every tenant has: its root, the built-in roles, the service client `core`, a default policy of one
 * stage and one decision, and the one by which access is asked for. Called as the program itself, whose only scope is the
 * root to be.
 */
export const provisionTenant = command({
  name: "tenants.provision",
  permission: "access:write",
  at: "tenant",
  input: tenantInput,
  run: async (work, { id, rootId, code, name }): Promise<{ id: string; coreClientId: string }> => {
    const { tx } = work;
    const tenantId = work.caller.tenantId;
    if (id !== tenantId) throw new Error("a tenant is provisioned inside itself");
    await tx.tenant.create({ data: { id, code, name } });
    await tx.accessRevision.create({ data: { tenantId, revision: 1n } });
    await tx.scope.create({ data: { tenantId, id: rootId, kind: "TENANT", code, name, path: [rootId] } });

    const roles = Object.entries(BUILT_IN_ROLES).map(([roleCode, permissions]) => ({
      id: uuidv7(),
      code: roleCode,
      permissions,
    }));
    await tx.role.createMany({
      data: roles.map((r) => ({ tenantId, id: r.id, code: r.code, name: r.code, builtIn: true })),
    });
    await tx.rolePermission.createMany({
      data: roles.flatMap((r) => r.permissions.map((permission) => ({ tenantId, roleId: r.id, permission }))),
    });

    const coreClientId = uuidv7();
    await tx.serviceClient.create({ data: { tenantId, id: coreClientId, code: CORE_CLIENT, name: "Core API" } });
    const service = roles.find((r) => r.code === "service");
    if (!service) throw new Error("the built-in role service is gone");
    await tx.assignment.create({
      data: { tenantId, id: uuidv7(), clientId: coreClientId, roleId: service.id, scopeId: rootId, reason: "built in" },
    });

    work.audit({
      class: "CHANGE",
      action: "tenant.provisioned",
      targetType: "tenant",
      targetId: id,
      scopeId: rootId,
      before: null,
      after: { code, name },
    });
    work.emit({
      aggregateType: "TENANTS",
      aggregateId: id,
      aggregateVersion: 1,
      eventType: "TenantProvisioned",
      payload: { code },
    });
    await putPolicy(work, {
      type: "*",
      name: "Default",
      stages: [{ name: "Decision", permission: "approvals:decide", needed: 1 }],
      effect: "none",
      submittingClientMayDecide: true,
      dueAfterHours: null,
      expiresAfterHours: null,
      payloadSchema: null,
    });
    await putPolicy(work, {
      type: ASK_TYPE,
      name: "Access on request",
      stages: [{ name: "Grant", permission: "access:write", needed: 1 }],
      effect: "grant",
      submittingClientMayDecide: false,
      dueAfterHours: ASK_DUE_HOURS,
      expiresAfterHours: ASK_EXPIRES_HOURS,
      payloadSchema: ASKED_FORM,
    });
    return { id, coreClientId };
  },
});
