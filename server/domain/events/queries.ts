import { z } from "zod";
import type { Caller, Needed } from "#server/domain/caller.ts";
import { may, scopesWhere } from "#server/domain/caller.ts";
import type { LiveItem, LiveKind } from "#server/domain/events/rules.ts";
import { LIVE_KINDS } from "#server/domain/events/rules.ts";
import { query } from "#server/domain/query.ts";
import { uuid } from "#server/domain/schema.ts";
import { clock } from "#server/platform/db.ts";

/** What one must hold to hear of a kind: what one must hold to read it. */
const READS: Record<LiveKind, Needed> = {
  approval: "approvals:read",
  bulk: "approvals:read",
  message: "messages:read",
  policy: "policies:read",
  import: "imports:run",
  person: "people:write",
  invitation: "people:write",
  scope: "access:write",
  assignment: "access:write",
  role: "access:write",
  client: "clients:write",
  token: "clients:write",
};

/** Whether the caller may know that this changed. What stands nowhere in particular is heard of by whoever reads its kind anywhere. */
export function mayHear(caller: Caller, { tenantId, kind, scopeId }: LiveItem): boolean {
  if (tenantId !== caller.tenantId) return false;
  const needed = READS[kind];
  if (scopeId === null) return scopesWhere(caller, needed).length > 0;
  return [needed].flat().some((permission) => may(caller, permission, scopeId));
}

/** Beyond so many changes one reads again what one shows. */
export const MISSED_MAX = 1_000;
/** Ids are made before their commit, and by several clocks. */
const EARLIER_MS = 10_000;
const AWAY_MS = 600_000;

/** The milliseconds in a UUIDv7. */
const madeAt = (id: string) => Number.parseInt(id.replace("-", "").slice(0, 12), 16);

/** What changed since an event, itself and a few seconds before it included; null when that is too much or too long ago. */
export const eventsSince = query({
  name: "events.since",
  permission: null,
  input: z.strictObject({ eventId: uuid }),
  run: async ({ caller, tx }, { eventId }): Promise<LiveItem[] | null> => {
    const { tenantId } = caller;
    const [at, now] = [madeAt(eventId), (await clock(tx)).getTime()];
    if (at < now - AWAY_MS || at > now + EARLIER_MS) return null;
    const rows = await tx.$queryRaw<
      { id: string; aggregate_type: string; aggregate_id: string; aggregate_version: number; scope_id: string | null }[]
    >`
      SELECT id, aggregate_type, aggregate_id, aggregate_version, payload ->> 'scopeId' AS scope_id FROM outbox_events
      WHERE tenant_id = ${tenantId}::uuid AND id > uuid_at(${new Date(at - EARLIER_MS)}::timestamptz) ORDER BY id LIMIT ${MISSED_MAX + 1}`;
    if (rows.length > MISSED_MAX) return null;
    return rows.flatMap((row): LiveItem[] => {
      const kind = LIVE_KINDS[row.aggregate_type as keyof typeof LIVE_KINDS];
      if (!kind) return [];
      const { id: changed, aggregate_version: version, scope_id: scopeId } = row;
      return [{ tenantId, eventId: changed, kind, id: row.aggregate_id, version, scopeId }];
    });
  },
});
