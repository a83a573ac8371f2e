import { command } from "#server/domain/command.ts";
import type { DeliveryStatus } from "#server/domain/events/rules.ts";
import { messageRevival } from "#server/domain/messaging/revive-messages.ts";
import { ATTEMPTS_LIMIT, attemptsGranted } from "#server/domain/outbox/rules.ts";
import { replayDeadInput, replayInput } from "#server/domain/outbox/schema.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock, Prisma } from "#server/platform/db.ts";

/** State of its own that a reaction keeps of what its deliveries are about: it is set free with them, or they stay dead. */
interface Revival {
  /** Those that cannot be tried again, each with why: looked at under their locks, before the first write. */
  refuse(work: Work, aggregateIds: readonly string[]): Promise<ReadonlyMap<string, RefusalCode>>;
  apply(work: Work, aggregateIds: readonly string[], now: Date): Promise<void>;
}

const REVIVALS: Readonly<Record<string, Revival>> = { mail: messageRevival };

interface Locked {
  readonly eventId: string;
  readonly reaction: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly attemptsBefore: number;
  readonly maxAttempts: number;
  readonly fence: number;
  readonly aggregateId: string;
}

const LOCKED = Prisma.sql`d.event_id AS "eventId", d.reaction, d.status, d.attempts::int, d.attempts_before::int AS "attemptsBefore", d.max_attempts::int AS "maxAttempts",
  d.fence, d.aggregate_id AS "aggregateId"`;
// Whose month has been dropped has nothing left to deliver.
const WITH_EVENT = Prisma.sql`outbox_deliveries d JOIN outbox_events e ON e.tenant_id = d.tenant_id AND e.id = d.event_id`;

const isWornOut = (delivery: Locked) => delivery.attempts + attemptsGranted(delivery) > ATTEMPTS_LIMIT;

/** Why each of these ended deliveries cannot be tried again; null where it can. */
async function flaws(work: Work, ended: readonly Locked[]): Promise<(RefusalCode | null)[]> {
  const found = new Map<Locked, RefusalCode>();
  for (const delivery of ended) if (isWornOut(delivery)) found.set(delivery, "delivery.worn_out");
  for (const [reaction, revival] of Object.entries(REVIVALS)) {
    const theirs = ended.filter((d) => d.reaction === reaction && !found.has(d));
    if (theirs.length === 0) continue;
    const refused = await revival.refuse(
      work,
      theirs.map((d) => d.aggregateId),
    );
    for (const delivery of theirs) {
      const code = refused.get(delivery.aggregateId);
      if (code) found.set(delivery, code);
    }
  }
  return ended.map((delivery) => found.get(delivery) ?? null);
}

/**
 * Back to PENDING, due now: the one way out of PUBLISHED and DEAD (O3). Attempts are history and stay; `max_attempts`
 * moves beyond them by what the delivery had at first, since that number is the reaction's and knows how much it needs.
 */
async function setFree(work: Work, deliveries: readonly Locked[]): Promise<void> {
  const { tenantId } = work.caller;
  const now = await clock(work.tx);
  for (const [reaction, revival] of Object.entries(REVIVALS)) {
    const ids = deliveries.filter((d) => d.reaction === reaction).map((d) => d.aggregateId);
    if (ids.length > 0) await revival.apply(work, ids, now);
  }
  await work.tx.$executeRaw`
    UPDATE outbox_deliveries d SET status = 'PENDING', attempts_before = d.attempts, max_attempts = d.attempts + d.max_attempts - d.attempts_before,
      published_at = NULL, not_before = ${now}::timestamptz, updated_at = ${now}::timestamptz
    FROM unnest(${deliveries.map((d) => d.eventId)}::uuid[], ${deliveries.map((d) => d.reaction)}::text[]) AS r (event_id, reaction)
    WHERE d.tenant_id = ${tenantId}::uuid AND d.event_id = r.event_id AND d.reaction = r.reaction`;
  for (const { eventId, reaction, status, attempts, maxAttempts, fence, ...delivery } of deliveries) {
    const granted = attemptsGranted({ ...delivery, maxAttempts });
    work.audit({
      class: "CHANGE",
      action: "delivery.replayed",
      targetType: "event",
      targetId: eventId,
      scopeId: null,
      before: { reaction, status, maxAttempts },
      after: { reaction, status: "PENDING", maxAttempts: attempts + granted },
      at: now,
    });
    work.emit({
      aggregateType: "DELIVERIES",
      aggregateId: eventId,
      aggregateVersion: fence + 1, // each claim moves the fence, and no two replays are without a claim between them
      eventType: "DeliveryReplayed",
      payload: { reaction, from: status },
      at: now,
    });
  }
}

/** One delivery that ended is tried again: a dead one, or, where that is wished, one that was delivered. */
export const replayDelivery = command({
  name: "outbox.replay",
  permission: "outbox:replay",
  at: "tenant",
  input: replayInput,
  run: async (work, { eventId, reaction, fence, published }) => {
    const [delivery] = await work.tx.$queryRaw<Locked[]>`
      SELECT ${LOCKED} FROM ${WITH_EVENT}
      WHERE d.tenant_id = ${work.caller.tenantId}::uuid AND d.event_id = ${eventId}::uuid AND d.reaction = ${reaction} FOR UPDATE OF d`;
    if (!delivery) throw new Refusal("delivery.not_found");
    const { status, attempts } = delivery;
    if (status === "PENDING" || status === "PROCESSING") throw new Refusal("delivery.open", { status });
    if (fence !== undefined && fence !== delivery.fence) throw new Refusal("delivery.stale", { status });
    if (status === "PUBLISHED" && !published) throw new Refusal("delivery.published");
    const [code] = await flaws(work, [delivery]);
    if (code) throw new Refusal(code, code === "delivery.worn_out" ? { max: ATTEMPTS_LIMIT } : {});
    await setFree(work, [delivery]);
    return {
      eventId,
      reaction,
      status: "PENDING" as const,
      attempts,
      maxAttempts: attempts + attemptsGranted(delivery),
    };
  },
});

/**
 * The dead ones of a reaction, the oldest first and so many at once. Those that cannot be tried again stay dead and are
 * counted by why; `next` is the event to go on after, null when there are no more.
 */
export const replayDead = command({
  name: "outbox.replayDead",
  permission: "outbox:replay",
  at: "tenant",
  input: replayDeadInput,
  run: async (work, { reaction, after, limit }) => {
    const dead = await work.tx.$queryRaw<Locked[]>`
      SELECT ${LOCKED} FROM ${WITH_EVENT}
      WHERE d.tenant_id = ${work.caller.tenantId}::uuid AND d.reaction = ${reaction} AND d.status = 'DEAD'
        ${after ? Prisma.sql`AND d.event_id > ${after}::uuid` : Prisma.empty}
      ORDER BY d.event_id LIMIT ${limit} FOR UPDATE OF d`;
    const codes = await flaws(work, dead);
    const free = dead.filter((_, at) => codes[at] === null);
    if (free.length > 0) await setFree(work, free);
    const refused: Partial<Record<RefusalCode, number>> = {};
    for (const code of codes) if (code) refused[code] = (refused[code] ?? 0) + 1;
    return { replayed: free.length, refused, next: dead.length === limit ? (dead.at(-1)?.eventId ?? null) : null };
  },
});
