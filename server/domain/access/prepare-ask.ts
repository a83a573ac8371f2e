import { z } from "zod";
import { ASK_TYPE, PROGRAM_ROLE } from "#server/domain/access/rules.ts";
import { askableInput } from "#server/domain/access/schema.ts";
import type { State } from "#server/domain/approvals/rules.ts";
import { query } from "#server/domain/query.ts";

const ROLES_MAX = 200;
const ASKED_SHOWN = 20;

/** What a member can ask for: the roles with what each may, and the place that they came from. */
export const askable = query({
  name: "access.askable",
  permission: null,
  input: askableInput,
  run: async ({ caller, tx }, { scopeId }) => {
    const { tenantId, access, within } = caller;
    const rows = await tx.role.findMany({ where: { tenantId }, include: { permissions: true }, take: ROLES_MAX });
    const roles = rows
      .filter(({ code }) => code !== PROGRAM_ROLE)
      .map(({ code, permissions }) => ({ code, permissions: permissions.map((p) => p.permission).sort() }))
      .sort((a, b) => a.permissions.length - b.permissions.length || (a.code < b.code ? -1 : 1));
    const scope = access.scopes.get(scopeId ?? "");
    const isOpen =
      (scope?.kind === "ORG" || scope?.kind === "CYCLE") && (within === null || scope.path.includes(within));
    return {
      roles,
      scope: scope && isOpen ? { id: scope.id, kind: scope.kind, code: scope.code, name: scope.name } : null,
    };
  },
});

interface AskedRow {
  id: string;
  state: State;
  scopeId: string;
  role: string | null;
  createdAt: Date;
  decidedAt: Date | null;
  until: Date | null;
  expired: boolean;
}

/** What the caller has asked for, the newest first, whatever they may read. */
export const listAsked = query({
  name: "access.asked",
  permission: null,
  input: z.strictObject({}),
  run: async ({ caller, tx }) => {
    const rows = await tx.$queryRaw<AskedRow[]>`
      SELECT a.id, a.state, a.scope_id AS "scopeId", a.payload ->> 'role' AS role, a.created_at AS "createdAt", a.decided_at AS "decidedAt", x.ends_at AS "until",
        coalesce(a.expires_at <= clock_timestamp(), false) AS expired
      FROM approvals a LEFT JOIN assignments x ON x.tenant_id = a.tenant_id AND x.approval_id = a.id
      WHERE a.tenant_id = ${caller.tenantId}::uuid AND a.submitter_person_id = ${caller.personId}::uuid AND a.type = ${ASK_TYPE}
      ORDER BY a.id DESC LIMIT ${ASKED_SHOWN}`;
    return rows.map(({ scopeId, state, expired, createdAt, decidedAt, until, ...row }) => {
      const scope = caller.access.scopes.get(scopeId);
      return {
        ...row,
        state: state === "PENDING" && expired ? ("EXPIRED" as const) : state,
        scope: { kind: scope?.kind ?? "ORG", code: scope?.code ?? "", name: scope?.name ?? "" },
        createdAt: createdAt.toISOString(),
        decidedAt: decidedAt?.toISOString() ?? null,
        /** Null: not given, or taken away. */
        until: until?.toISOString() ?? null,
      };
    });
  },
});
