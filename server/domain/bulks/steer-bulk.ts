import { noteUse } from "#server/domain/access/record-uses.ts";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import type { BulkEventType } from "#server/domain/bulks/events.ts";
import { bulkEvent } from "#server/domain/bulks/events.ts";
import type { LockedBulk } from "#server/domain/bulks/queries.ts";
import { isStarter, lockBulk, sees, standingOf } from "#server/domain/bulks/queries.ts";
import type { BulkState, Verb } from "#server/domain/bulks/rules.ts";
import { mayNot } from "#server/domain/bulks/rules.ts";
import { bulkIdInput } from "#server/domain/bulks/schema.ts";
import { may } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { asHidden } from "#server/domain/governance/record.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

interface Move {
  readonly to: BulkState;
  readonly action: string;
  readonly event: BulkEventType;
}

const MOVES = {
  pause: { to: "PAUSED", action: "bulk.paused", event: "BulkPaused" },
  resume: { to: "RUNNING", action: "bulk.resumed", event: "BulkResumed" },
  cancel: { to: "CANCELLED", action: "bulk.cancelled", event: "BulkCancelled" },
} as const satisfies Partial<Record<Verb, Move>>;

/**
 * Takes a bulk from its worker, or gives it to the next. The batch that is under way holds its lock and commits first;
 * the new fence keeps the worker from committing another, even if it goes on before it looks again.
 */
async function steer(work: Work, id: string, verb: keyof typeof MOVES): Promise<{ id: string }> {
  const { tenantId, personId, clientId, within } = work.caller;
  const bulk = await lockBulk(work, id);
  if (!bulk || !sees(work.caller, bulk)) throw new Refusal("bulk.not_found");
  const { state, steeredAt, now } = bulk;
  const no = mayNot(verb, standingOf(work.caller, bulk, false));
  if (no === "bulk.held")
    throw new Refusal(no, { by: await steeredBy(work, bulk), at: steeredAt?.toISOString(), ...lackOf(work, bulk) });
  const shut = bulk.scopeIds.find((scopeId) => !may(work.caller, "bulks:stop", scopeId));
  if (no === "bulk.not_yours" && shut)
    throw asHidden(work.caller, new Refusal(no, { state, ...lackOf(work, bulk) }), "bulks:stop", shut);
  if (no) throw new Refusal(no, { state });

  noteUse(work.caller, isStarter(work.caller, bulk) ? STAGE_PERMISSIONS : "bulks:stop");
  const { to, action, event } = MOVES[verb];
  const version = bulk.version + (state === "DRAFT" ? 0 : 1);
  const pausedMs = state === "PAUSED" && steeredAt ? now.getTime() - steeredAt.getTime() : 0;
  await work.tx.bulk.update({
    where: { tenantId_id: { tenantId, id } },
    data: {
      state: to,
      version,
      fence: { increment: 1 },
      leasedUntil: null,
      attempts: 0,
      pausedMs: { increment: pausedMs },
      finishedAt: to === "CANCELLED" ? now : null,
      ...(verb === "resume"
        ? { steeredAt: null, steeredPersonId: null, steeredClientId: null }
        : { steeredAt: now, steeredPersonId: personId, steeredClientId: clientId }),
    },
  });
  work.audit({
    class: "CHANGE",
    action,
    targetType: "bulk",
    targetId: id,
    scopeId: within,
    before: { state },
    after: { state: to },
    at: now,
  });
  if (version > bulk.version) work.emit(bulkEvent(event, { ...bulk, version }, { state: to }, now));
  if (to === "RUNNING") work.wake({ task: "bulk", tenantId, id });
  return { id };
}

/** What would have let them stop it for others; where, as far as they know that items of it hang there. */
function lackOf({ caller }: Work, bulk: LockedBulk): { permission?: string; scopeId?: string } {
  const lacking = bulk.scopeIds.filter((id) => !may(caller, "bulks:stop", id));
  if (bulk.state === "DRAFT" || lacking.length === 0) return {};
  const scopeId = lacking.find((id) => may(caller, "approvals:read", id));
  return { permission: "bulks:stop", ...(scopeId ? { scopeId } : {}) };
}

async function steeredBy(work: Work, { steeredPersonId, steeredClientId }: LockedBulk): Promise<string | null> {
  const [row] = await work.tx.$queryRaw<{ name: string }[]>`
    SELECT name FROM people WHERE id = ${steeredPersonId}::uuid
    UNION ALL SELECT name FROM service_clients WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${steeredClientId}::uuid`;
  return row?.name ?? null;
}

const STEERS = [...STAGE_PERMISSIONS, "bulks:stop"] as const;

/** Stands still after the batch that is under way, until it is resumed. */
export const pauseBulk = command({
  name: "bulks.pause",
  permission: STEERS,
  at: "each",
  notesUse: true,
  input: bulkIdInput,
  run: (work, { id }) => steer(work, id, "pause"),
});

/** Goes on where it stood still. */
export const resumeBulk = command({
  name: "bulks.resume",
  permission: STEERS,
  at: "each",
  notesUse: true,
  input: bulkIdInput,
  run: (work, { id }) => steer(work, id, "resume"),
});

/** Stops after the batch that is under way; what was decided stays decided, the rest is untouched. */
export const cancelBulk = command({
  name: "bulks.cancel",
  permission: STEERS,
  at: "each",
  notesUse: true,
  input: bulkIdInput,
  run: (work, { id }) => steer(work, id, "cancel"),
});
