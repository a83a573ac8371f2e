import { setImmediate as othersTurn } from "node:timers/promises";
import type { Subject } from "#server/domain/access/read-proposal.ts";
import { readProposal } from "#server/domain/access/read-proposal.ts";
import type { Access, Permission } from "#server/domain/access/rules.ts";
import { allows, REPLAYED_DAYS } from "#server/domain/access/rules.ts";
import { simulationInput } from "#server/domain/access/schema.ts";
import { rootScope } from "#server/domain/caller.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { clock, Prisma } from "#server/platform/db.ts";

/** An answer that was recorded, with all that are alike. */
interface Recorded {
  readonly subject: string;
  readonly kind: "DECISION" | "ACTION" | "DENIAL";
  /** Null: what was held nowhere, or where several places were meant. */
  readonly scopeId: string | null;
  /** Any one of them would do. */
  readonly permissions: readonly Permission[];
  readonly count: number;
}

/** Of each of the two records so many are read, the newest; one that is longer is read from a later day. */
const RECORDS_MAX = 200_000;
/** So many are held against both before other requests of the process have their turn. */
const RECORDS_A_TURN = 1_000;
const DAY_MS = 86_400_000;
/** An id is made within this of what it stands for. */
const ID_MS = 3_600_000;

const idsFrom = (since: Date) => Prisma.sql`uuid_at(${new Date(since.getTime() - ID_MS)}::timestamptz)`;

interface Since {
  readonly decided: Date;
  readonly logged: Date;
}

/** From when on each of the two records is read. */
async function sinceWhen({ tx, caller: { tenantId } }: Read, earliest: Date): Promise<Since> {
  const [row] = await tx.$queryRaw<{ decided: Date | null; logged: Date | null }[]>`
    SELECT
      (SELECT decided_at FROM approval_decisions WHERE tenant_id = ${tenantId}::uuid AND id >= ${idsFrom(earliest)} ORDER BY id DESC OFFSET ${RECORDS_MAX} LIMIT 1) AS decided,
      (SELECT at FROM governance_log WHERE tenant_id = ${tenantId}::uuid AND id >= ${idsFrom(earliest)} ORDER BY id DESC OFFSET ${RECORDS_MAX} LIMIT 1) AS logged`;
  const from = (at: Date | null | undefined) => (at && at > earliest ? at : earliest);
  return { decided: from(row?.decided), logged: from(row?.logged) };
}

/** Decisions on requests: each was let through by the permission of its stage, under the policy of its revision. */
const decisionsOf = ({ tx, caller: { tenantId }, scopes }: Read, ids: readonly string[], since: Date) =>
  tx.$queryRaw<Recorded[]>`
    SELECT coalesce(d.person_id, d.client_id) AS subject, 'DECISION' AS kind, a.scope_id AS "scopeId",
      ARRAY[v.stages->d.stage_index::int->>'permission'] AS permissions, count(*)::int AS count
    FROM approval_decisions d
    JOIN approvals a ON a.tenant_id = d.tenant_id AND a.id = d.approval_id
    LEFT JOIN approval_revisions r ON r.tenant_id = d.tenant_id AND r.approval_id = d.approval_id AND r.revision = d.revision AND d.revision <> a.revision
    JOIN policy_versions v ON v.tenant_id = d.tenant_id AND v.id = coalesce((r.evidence::jsonb->>'policyVersion')::uuid, a.policy_version_id)
    WHERE d.tenant_id = ${tenantId}::uuid AND d.id >= ${idsFrom(since)} AND d.decided_at >= ${since}
      AND (d.person_id = ANY(${ids}::uuid[]) OR d.client_id = ANY(${ids}::uuid[])) AND a.scope_id = ANY(${scopes}::uuid[])
    GROUP BY 1, 3, 4`;

/**
 * What the governance log holds beside them: sensitive actions, and denials for want of a grant. One by a narrowed token
 * is left out, for what its client holds would not have helped it; and so is one of which that was not kept.
 */
const loggedOf = ({ tx, caller, scopes }: Read, ids: readonly string[], since: Date) => tx.$queryRaw<Recorded[]>`
    SELECT coalesce(g.person_id, g.client_id) AS subject, CASE g.outcome WHEN 'ALLOW' THEN 'ACTION' ELSE 'DENIAL' END AS kind, g.scope_id AS "scopeId",
      coalesce(g.explanation->'anyOf', jsonb_build_array(g.permission)) AS permissions, sum(g.count)::float8 AS count
    FROM governance_log g
    WHERE g.tenant_id = ${caller.tenantId}::uuid AND g.id >= ${idsFrom(since)} AND g.at >= ${since}
      AND (g.person_id = ANY(${ids}::uuid[]) OR g.client_id = ANY(${ids}::uuid[])) AND g.permission IS NOT NULL AND g.explanation->>'reason' = 'GRANTS'
      AND (g.outcome = 'ALLOW' OR (g.explanation->'narrowedBy' IS NULL AND g.explanation->'reduced' IS NULL))
      AND (g.scope_id = ANY(${scopes}::uuid[]) OR (g.scope_id IS NULL AND ${scopes.includes(rootScope(caller))}))
    GROUP BY 1, 2, 3, 4`;

/** What is allowed somewhere is so at the place of a grant: none has more denials above it than what lies below. */
const anywhere = (access: Access, permission: Permission, at: number) =>
  access.grants.some(({ effect, scopeId }) => effect === "ALLOW" && allows(access, permission, scopeId, at));

/** What of it would be answered otherwise: allowed then and refused with the change, or the other way round. */
function turned({ kind, scopeId, permissions }: Recorded, before: Access, after: Access, at: number): boolean {
  const holds = (access: Access, permission: Permission) =>
    scopeId === null
      ? anywhere(access, permission, at)
      : allows(access, permission, scopeId, at) &&
        (kind !== "DECISION" || allows(access, "approvals:read", scopeId, at)); // what one may not see one cannot decide
  const [was, is] = [before, after].map((access) => permissions.some((permission) => holds(access, permission)));
  return kind === "DENIAL" ? !was && is === true : was === true && !is;
}

const accessOf = (scopes: Access["scopes"], grants: Subject["before"]): Access => ({ revision: 0n, scopes, grants });

interface Sum {
  readonly id: string;
  readonly name: string;
  refused: number;
  allowed: number;
}

/**
 * How many recorded answers to those whom a change touches would have been others, had access stood as it would after
 * the change: decisions, sensitive actions and denials of the last days, each held against the grants of today without
 * the change and with it. Where it begins later, against those of then.
 */
export const replayDecisions = query({
  name: "access.replayDecisions",
  permission: "access:write",
  input: simulationInput,
  run: async (read, { change, limit }) => {
    const { subjects: all, from } = await readProposal(read, change);
    const subjects = all.filter(({ barred }) => barred === null); // others are refused without the change and with it
    const now = await clock(read.tx);
    const earliest = new Date(now.getTime() - REPLAYED_DAYS * DAY_MS);
    const since = await sinceWhen(read, earliest);
    const ids = subjects.map(({ id }) => id);
    const recorded = [...(await decisionsOf(read, ids, since.decided)), ...(await loggedOf(read, ids, since.logged))];
    const at = Math.max(now.getTime(), from?.getTime() ?? 0);
    const bySubject = Map.groupBy(recorded, ({ subject }) => subject);
    const looked = { DECISION: 0, ACTION: 0, DENIAL: 0 };
    const other = { DECISION: 0, ACTION: 0, DENIAL: 0 };
    const sums: Sum[] = [];
    let held = 0;
    for (const { id, name, ...grants } of subjects) {
      const [before, after] = [grants.before, grants.after].map((own) => accessOf(read.caller.access.scopes, own));
      const sum: Sum = { id, name, refused: 0, allowed: 0 };
      for (const one of bySubject.get(id) ?? []) {
        if (++held % RECORDS_A_TURN === 0) await othersTurn();
        looked[one.kind] += one.count;
        if (!before || !after || !turned(one, before, after, at)) continue;
        other[one.kind] += one.count;
        sum[one.kind === "DENIAL" ? "allowed" : "refused"] += one.count;
      }
      if (sum.refused + sum.allowed > 0) sums.push(sum);
    }
    sums.sort((a, b) => b.refused + b.allowed - (a.refused + a.allowed));
    /** Where there was more than is read: from when on it was; null is all of the days. */
    const cut = (from: Date) => (from > earliest ? from.toISOString() : null);
    const logged = cut(since.logged);
    return {
      decisions: { looked: looked.DECISION, refused: other.DECISION, since: cut(since.decided) },
      actions: { looked: looked.ACTION, refused: other.ACTION, since: logged },
      denials: { looked: looked.DENIAL, allowed: other.DENIAL, since: logged },
      items: sums.slice(0, limit),
      more: Math.max(0, sums.length - limit),
    };
  },
});
