import type { z } from "zod";
import { assignmentEvent } from "#server/domain/access/events.ts";
import {
  refuseLastAdministrator,
  refuseNotHeld,
  refuseWiderDenied,
} from "#server/domain/access/guard-administration.ts";
import { assignmentInput } from "#server/domain/access/schema.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

/** A role of the tenant by its code, with what it may; nobody changes or deletes it before this work has ended. */
export async function roleByCode(work: Work, code: string): Promise<{ id: string; permissions: string[] }> {
  const { tenantId } = work.caller;
  await work.tx.$queryRaw`SELECT FROM roles WHERE tenant_id = ${tenantId}::uuid AND code = ${code} FOR SHARE`;
  const found = await work.tx.role.findUnique({
    where: { tenantId_code: { tenantId, code } },
    include: { permissions: true },
  });
  if (!found)
    throw new Refusal("input.invalid", {}, [{ path: "role", code: "unknown", message: "is no role of this tenant" }]);
  return { id: found.id, permissions: found.permissions.map((p) => p.permission) };
}

/** The member or client whom the role is for; anybody else is unknown. */
async function subjectOf(work: Work, { personId, email, clientId }: z.output<typeof assignmentInput>) {
  const { tenantId } = work.caller;
  if (clientId) {
    if (await work.tx.serviceClient.findUnique({ where: { tenantId_id: { tenantId, id: clientId } } }))
      return { personId: null, clientId };
    throw new Refusal("person.not_found");
  }
  const [member] = await work.tx.$queryRaw<{ id: string }[]>`
    SELECT p.id FROM memberships m JOIN people p ON p.id = m.person_id WHERE m.tenant_id = ${tenantId}::uuid AND m.status <> 'ENDED'
      AND (p.id = ${personId ?? null}::uuid OR p.email = ${email ?? null})`;
  if (!member) throw new Refusal("person.not_found");
  return { personId: member.id, clientId: null };
}

interface Given {
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly roleId: string;
  readonly role: string;
  readonly scopeId: string;
  readonly effect: "ALLOW" | "DENY";
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  readonly reason?: string | undefined;
  readonly grantedBy: string | null;
  /** The request that asked for it. */
  readonly approvalId?: string;
}

/** Writes what somebody was allowed to give, all of it in one statement; the ids come back in the same order. */
export async function grantAll(work: Work, all: readonly Given[]): Promise<string[]> {
  const made = all.map((given) => ({ ...given, id: uuidv7() }));
  await work.tx.assignment.createMany({
    data: made.map(({ role: _, from, until, reason, approvalId, ...rest }) => ({
      ...rest,
      tenantId: work.caller.tenantId,
      startsAt: from ?? null,
      endsAt: until ?? null,
      reason: reason ?? null,
      approvalId: approvalId ?? null,
    })),
  });
  for (const { id, personId, clientId, role, scopeId, effect, from, until, reason, approvalId } of made) {
    work.audit({
      class: "CHANGE",
      action: "access.assigned",
      targetType: "assignment",
      targetId: id,
      scopeId,
      before: null,
      after: { personId, clientId, role, effect, from, until, reason, ...(approvalId ? { approvalId } : {}) },
    });
    work.emit(assignmentEvent("PermissionAssigned", id, { personId, clientId, role, scopeId, effect }));
  }
  return made.map(({ id }) => id);
}

export async function grant(work: Work, given: Given): Promise<string> {
  const [id] = await grantAll(work, [given]);
  return id as string;
}

/** Gives (or denies) a role at a scope; it reaches the scope's descendants. */
export const assignRole = command({
  name: "access.assign",
  permission: "access:write",
  at: (input) => input.scopeId,
  stepUp: true,
  input: assignmentInput,
  sensitive: true,
  run: async (work, input): Promise<{ id: string }> => {
    const { role, scopeId, effect, from, until, reason } = input;
    const { id: roleId, permissions } = await roleByCode(work, role);
    const subject = await subjectOf(work, input);
    refuseNotHeld(work.caller, permissions, scopeId, until ?? null);
    if (effect === "DENY" && subject.personId) await refuseWiderDenied(work, subject.personId, scopeId);
    if (effect === "DENY" && permissions.includes("access:write"))
      await refuseLastAdministrator(work, (row) => row.personId === subject.personId);
    const grantedBy = work.caller.personId;
    return { id: await grant(work, { ...subject, roleId, role, scopeId, effect, from, until, reason, grantedBy }) };
  },
});
