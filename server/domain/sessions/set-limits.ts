import { command } from "#server/domain/command.ts";
import { secondFactorsOf } from "#server/domain/identity/require-proof.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { endSessions } from "#server/domain/sessions/end-sessions.ts";
import { limitsOf, stepUpBulkOf } from "#server/domain/sessions/queries.ts";
import type { Lifetimes, TenantLimits } from "#server/domain/sessions/rules.ts";
import { limitsThatHold, STEP_UP_BULK_DEFAULT } from "#server/domain/sessions/rules.ts";
import { sessionLimitsInput } from "#server/domain/sessions/schema.ts";
import type { Work } from "#server/domain/work.ts";
import { Prisma } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";

const INSTALLATION: Lifetimes = { idleMinutes: env.SESSION_LIFETIME, absoluteHours: env.SESSION_ABSOLUTE_HOURS };

function refuseLonger(wanted: TenantLimits): void {
  for (const path of ["idleMinutes", "absoluteHours"] as const)
    if ((wanted[path] ?? 0) > INSTALLATION[path])
      throw new Refusal("input.invalid", {}, [
        { path, code: "too_big", message: `is at most ${INSTALLATION[path]}, the installation's` },
      ]);
}

/** What is open lives no longer than what is opened from now on; nothing gets longer by it. Answers how many are over then. */
async function shorten({ tx, caller: { tenantId } }: Work, limits: Lifetimes): Promise<number> {
  const shortened = await tx.$queryRaw<{ over: boolean }[]>`
    UPDATE user_sessions s SET absolute_expires_at = least(s.absolute_expires_at, n.absolute), idle_expires_at = least(s.idle_expires_at, n.idle, n.absolute)
    FROM (SELECT id, created_at + make_interval(hours => ${limits.absoluteHours}::int) AS absolute, last_seen_at + make_interval(mins => ${limits.idleMinutes}::int) AS idle
      FROM user_sessions WHERE tenant_id = ${tenantId}::uuid AND status = 'ACTIVE' AND idle_expires_at > clock_timestamp() ORDER BY id FOR NO KEY UPDATE) n
    WHERE s.tenant_id = ${tenantId}::uuid AND s.id = n.id AND (s.absolute_expires_at > n.absolute OR s.idle_expires_at > n.idle)
    RETURNING s.idle_expires_at <= clock_timestamp() AS over`;
  return shortened.filter(({ over }) => over).length;
}

/**
 * How long sessions of the tenant live and how many of one person, never beyond the installation, and how many one of
 * them decides at once without a recent proof, and whether all of them need a second factor. It holds at once: of
 * who has more open, those seen longest ago end (never the session that asks), and what is older than may be is over.
 */
export const setSessionLimits = command({
  name: "sessions.setLimits",
  permission: "sessions:revoke",
  at: "tenant",
  stepUp: true,
  input: sessionLimitsInput,
  sensitive: true,
  run: async (work, { version, ...wanted }): Promise<{ version: number; ended: number }> => {
    const { tenantId, sessionId, personId } = work.caller;
    refuseLonger(wanted);
    if (wanted.secondFactor && personId && (await secondFactorsOf(personId)).length === 0)
      throw new Refusal("session.second_factor_own");
    const before = await limitsOf(work.tx, tenantId);
    if ((before?.version ?? 0) !== version) throw new Refusal("session.limits_stale");
    const { idleMinutes, absoluteHours, concurrent, secondFactor, stepUpBulk } = {
      ...wanted,
      stepUpBulk: wanted.stepUpBulk ?? STEP_UP_BULK_DEFAULT,
    };
    const written = await work.tx.$executeRaw`
      INSERT INTO session_limits AS l (tenant_id, idle_minutes, absolute_hours, concurrent, second_factor)
      VALUES (${tenantId}::uuid, ${idleMinutes}, ${absoluteHours}, ${concurrent}, ${secondFactor})
      ON CONFLICT (tenant_id) DO UPDATE SET idle_minutes = excluded.idle_minutes, absolute_hours = excluded.absolute_hours, concurrent = excluded.concurrent,
        second_factor = excluded.second_factor, version = l.version + 1 WHERE l.version = ${version}::int`;
    if (written === 0) throw new Refusal("session.limits_stale"); // two at a time
    const stepUpBulkBefore = await stepUpBulkOf(work.tx, tenantId);
    await work.tx.tenant.update({ where: { id: tenantId }, data: { stepUpBulk }, select: { id: true } });
    const limits = limitsThatHold(wanted, INSTALLATION);
    const over = await shorten(work, limits);
    const beyond = await endSessions(
      work,
      Prisma.sql`s.id IN (SELECT r.id FROM (
        SELECT o.id, row_number() OVER (PARTITION BY o.person_id ORDER BY o.id = ${sessionId}::uuid DESC NULLS LAST, o.last_seen_at DESC, o.id DESC) AS place
        FROM user_sessions o WHERE o.tenant_id = ${tenantId}::uuid AND o.status = 'ACTIVE' AND o.idle_expires_at > clock_timestamp()) r
        WHERE r.place > ${limits.concurrent}::int)`,
      "limit",
      null,
    );
    work.audit({
      class: "SECURITY",
      action: "session.limits_set",
      targetType: "tenant",
      targetId: tenantId,
      scopeId: null,
      before: {
        idleMinutes: before?.idleMinutes ?? null,
        absoluteHours: before?.absoluteHours ?? null,
        concurrent: before?.concurrent ?? null,
        stepUpBulk: stepUpBulkBefore,
        secondFactor: before?.secondFactor ?? false,
      },
      after: { idleMinutes, absoluteHours, concurrent, stepUpBulk, secondFactor },
    });
    return { version: version + 1, ended: over + beyond.length };
  },
});
