import type { Permission } from "#server/domain/access/rules.ts";
import type { Caller, Needed } from "#server/domain/caller.ts";
import { callerKey, scopesWhere } from "#server/domain/caller.ts";
import type { Transaction } from "#server/platform/db.ts";
import { inTenant } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";

const FLUSH_MS = 2_000;
const DAY_MS = 86_400_000;
/** Beyond so many it is forgotten what was noted today, and noted once more. */
const SEEN_MAX = 50_000;

interface Use {
  readonly tenantId: string;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly permission: Permission;
}

interface Shared {
  /** The day on which each was noted last. */
  readonly seen: Map<string, number>;
  waiting: Map<string, Use>;
  timer: NodeJS.Timeout | undefined;
}

// On the global object: a bundler may load this module more than once in a process, and what waits must be one.
const holder = globalThis as { countersignUses?: Shared };
function shared(): Shared {
  holder.countersignUses ??= { seen: new Map(), waiting: new Map(), timer: undefined };
  return holder.countersignUses;
}

/**
 * Somebody did what a permission lets them. Costs a look into a map, but for the first time of a day, which is written
 * seconds later and by itself. Of several that are enough, the first that is held.
 */
export function noteUse(caller: Caller, needed: Needed): void {
  if (caller.kind === "SYSTEM") return;
  const permission = [needed].flat().find((one) => needed === one || scopesWhere(caller, one).length > 0);
  if (!permission) return;
  const all = shared();
  const day = Math.floor(Date.now() / DAY_MS);
  const { tenantId, personId, clientId } = caller;
  const key = `${tenantId} ${callerKey(caller)} ${permission}`;
  if (all.seen.get(key) === day) return;
  if (all.seen.size >= SEEN_MAX) all.seen.clear();
  all.seen.set(key, day);
  all.waiting.set(key, { tenantId, personId, clientId, permission });
  if (all.timer) return;
  all.timer = setTimeout(() => {
    all.timer = undefined;
    void flushUses();
  }, FLUSH_MS);
  all.timer.unref();
}

/** Each once, whatever its tokens leave of a client, and in the order of their keys, so that two processes wait for one another and never in a ring. */
const write = (tx: Transaction, tenantId: string, uses: readonly Use[]) => tx.$executeRaw`
  INSERT INTO permission_uses AS u (tenant_id, person_id, client_id, permission, last_used_on)
  SELECT ${tenantId}::uuid, n.person_id, n.client_id, n.permission, (clock_timestamp() AT TIME ZONE 'UTC')::date
  FROM unnest(${uses.map((u) => u.personId)}::uuid[], ${uses.map((u) => u.clientId)}::uuid[], ${uses.map((u) => u.permission)}::text[]) AS n (person_id, client_id, permission)
  GROUP BY n.person_id, n.client_id, n.permission
  ORDER BY coalesce(n.person_id, n.client_id), n.permission
  ON CONFLICT (tenant_id, subject_id, permission) DO UPDATE SET last_used_on = EXCLUDED.last_used_on WHERE u.last_used_on < EXCLUDED.last_used_on`;

/** Writes what was noted; what cannot be written is noted again by its next use. */
export async function flushUses(): Promise<void> {
  const all = shared();
  const waiting = all.waiting;
  all.waiting = new Map();
  const keys = Map.groupBy(waiting, ([, { tenantId }]) => tenantId);
  for (const [tenantId, entries] of keys)
    try {
      const uses = entries.map(([, use]) => use);
      await inTenant(tenantId, (tx) => write(tx, tenantId, uses), { writes: true });
    } catch (error) {
      for (const [key] of entries) all.seen.delete(key);
      logger.warn({ err: error, tenantId }, "uses of permissions could not be written");
    }
}
