import { roleByCode } from "#server/domain/access/assign-role.ts";
import type { Permission, ScopeNode } from "#server/domain/access/rules.ts";
import { ASK_TYPE, ASKED_OPEN_MAX } from "#server/domain/access/rules.ts";
import { askInput } from "#server/domain/access/schema.ts";
import { submission } from "#server/domain/approvals/schema.ts";
import { currentPolicies, submit } from "#server/domain/approvals/submit.ts";
import { may } from "#server/domain/caller.ts";
import { command, parse } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

/** Where requests hang: an organisation or one of its cycles, inside what the session is narrowed to. */
function placeOf({ caller: { access, within } }: Work, scopeId: string): ScopeNode {
  const scope = access.scopes.get(scopeId);
  const hangs = scope?.kind === "ORG" || scope?.kind === "CYCLE";
  if (!scope || !hangs || (within !== null && !scope.path.includes(within))) throw new Refusal("scope.not_found");
  return scope;
}

/** A person asks for the same once at a time, and for so much in all. One after another, so that two see each other. */
async function refuseRepeated(
  { tx, caller: { tenantId, personId } }: Work,
  role: string,
  scopeId: string,
): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`ask ${tenantId} ${personId}`}, 0))::text`;
  const open = await tx.$queryRaw<{ role: string | null; scopeId: string }[]>`
    SELECT payload ->> 'role' AS role, scope_id AS "scopeId" FROM approvals
    WHERE tenant_id = ${tenantId}::uuid AND submitter_person_id = ${personId}::uuid AND type = ${ASK_TYPE} AND state = 'PENDING'
      AND (expires_at IS NULL OR expires_at > clock_timestamp()) LIMIT ${ASKED_OPEN_MAX}`;
  if (open.some((other) => other.role === role && other.scopeId === scopeId)) throw new Refusal("grant.asked");
  if (open.length >= ASKED_OPEN_MAX) throw new Refusal("grant.too_many", { max: ASKED_OPEN_MAX });
}

/**
 * Any member asks for a role for themselves, whatever they hold: it is a request like any other, decided by who may grant
 * it and holds it, and its approval gives the role with an end.
 */
export const askAccess = command({
  name: "access.ask",
  permission: null,
  at: "tenant",
  input: askInput,
  run: async (work, { role, scopeId, hours, reason }): Promise<{ id: string }> => {
    const { caller } = work;
    if (!caller.personId) throw new Refusal("person.not_found");
    const scope = placeOf(work, scopeId);
    const { permissions } = await roleByCode(work, role);
    if (permissions.every((permission) => may(caller, permission as Permission, scopeId)))
      throw new Refusal("grant.held");
    if ((await currentPolicies(work, [ASK_TYPE]))(ASK_TYPE).effect !== "grant") throw new Refusal("grant.not_offered");
    await refuseRepeated(work, role, scopeId);
    const item = parse(submission, {
      type: ASK_TYPE,
      orgId: scopeId,
      title: `Access: ${role}, ${scope.name} (${scope.code})`.slice(0, 200),
      payload: { role, permissions: [...permissions].sort(), hours, reason },
    });
    const { items } = await submit({ ...work, scopes: [scopeId] }, [item]);
    return { id: items[0]?.id as string };
  },
});
