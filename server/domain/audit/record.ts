import { auditRecorded } from "#server/domain/audit/events.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { Collected, Work } from "#server/domain/work.ts";
import { Prisma } from "#server/platform/db.ts";

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

/**
 * Writes the audit rows and the events of one transaction, in the order they were made: one statement. What is recorded
 * without an event has one that says so, since the index of the audit follows events.
 */
export async function writeRecord(work: Work, collected: Collected): Promise<void> {
  const { audit } = collected;
  if (audit.length === 0 && collected.events.length === 0) return;
  const { caller } = work;
  const auditIds = audit.map(uuidv7);
  const events = collected.events.length > 0 ? collected.events : [auditRecorded(auditIds[0] as string)];
  await work.tx.$executeRaw(Prisma.sql`
    WITH logged AS (
      INSERT INTO audit_logs (tenant_id, id, class, action, target_type, target_id, scope_id, before, after, at,
        person_id, client_id, token_id, session_id, address, request_id, correlation_id)
      SELECT ${caller.tenantId}::uuid, a.id, a.class, a.action, a.target_type, a.target_id, a.scope_id, a.before, a.after, coalesce(a.at, clock_timestamp()),
        ${caller.personId}::uuid, ${caller.clientId}::uuid, ${caller.token?.id ?? null}::uuid, ${caller.sessionId}::uuid, ${caller.address}::text, ${caller.requestId}, ${caller.correlationId}
      FROM unnest(${auditIds}::uuid[], ${audit.map((a) => a.class)}::text[], ${audit.map((a) => a.action)}::text[],
        ${audit.map((a) => a.targetType)}::text[], ${audit.map((a) => a.targetId)}::uuid[], ${audit.map((a) => a.scopeId)}::uuid[],
        ${audit.map((a) => json(a.before))}::jsonb[], ${audit.map((a) => json(a.after))}::jsonb[],
        ${audit.map((a) => a.at?.toISOString() ?? null)}::timestamptz[]
      ) AS a (id, class, action, target_type, target_id, scope_id, before, after, at)
    )
    INSERT INTO outbox_events (tenant_id, id, aggregate_type, aggregate_id, aggregate_version, event_type, payload, created_at, request_id, correlation_id)
    SELECT ${caller.tenantId}::uuid, e.id, e.aggregate_type, e.aggregate_id, e.aggregate_version, e.event_type, e.payload, coalesce(e.at, clock_timestamp()),
      ${caller.requestId}, ${caller.correlationId}
    FROM unnest(${events.map(uuidv7)}::uuid[], ${events.map((e) => e.aggregateType)}::text[], ${events.map((e) => e.aggregateId)}::uuid[],
      ${events.map((e) => e.aggregateVersion)}::int[], ${events.map((e) => e.eventType)}::text[], ${events.map((e) => json(e.payload))}::jsonb[],
      ${events.map((e) => e.at?.toISOString() ?? null)}::timestamptz[]
    ) AS e (id, aggregate_type, aggregate_id, aggregate_version, event_type, payload, at)`);
}
