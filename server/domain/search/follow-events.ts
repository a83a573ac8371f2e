import type { Caller } from "#server/domain/caller.ts";
import { indexDocuments, PAGE } from "#server/domain/search/index-documents.ts";
import type { CollectionName } from "#server/domain/search/rules.ts";
import { COLLECTION_NAMES } from "#server/domain/search/rules.ts";
import type { Transaction } from "#server/platform/db.ts";
import { inTenant } from "#server/platform/db.ts";

/** As much of an event as says which documents it touches. */
export interface Followed {
  readonly eventId: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Documents by their collection, each with the events that touched it. */
type Touched = Record<CollectionName, Map<string, string[]>>;

const OWN: Readonly<Record<string, CollectionName>> = {
  APPROVALS: "approvals",
  MESSAGES: "messages",
  PEOPLE: "people",
};

const personOf = ({ payload: { personId } }: Followed) => (typeof personId === "string" ? [personId] : []);

function touch(touched: Touched, name: CollectionName, id: string, eventId: string): void {
  const events = touched[name].get(id);
  if (events) events.push(eventId);
  else touched[name].set(id, [eventId]);
}

/** A name stands in the documents of what somebody asked for and was sent; who holds what where says who finds them. */
async function touchPeople(tx: Transaction, tenantId: string, events: readonly Followed[], touched: Touched) {
  const moved = events.filter(({ aggregateType }) => aggregateType === "ASSIGNMENTS");
  const renamed = events.filter(
    ({ aggregateType, payload: { changed } }) =>
      aggregateType === "PEOPLE" && Array.isArray(changed) && changed.includes("name"),
  );
  const byPerson = (among: readonly Followed[]) =>
    Map.groupBy(
      among.flatMap((event) => personOf(event).map((personId) => ({ personId, event }))),
      ({ personId }) => personId,
    );
  const join = async (
    among: readonly Followed[],
    name: CollectionName,
    rows: (ids: string[]) => Promise<{ id: string; person: string }[]>,
  ) => {
    const by = byPerson(among);
    if (by.size === 0) return;
    for (const { id, person } of await rows([...by.keys()]))
      for (const { event } of by.get(person) ?? []) touch(touched, name, id, event.eventId);
  };
  await join(
    moved,
    "people",
    (ids) => tx.$queryRaw`
    SELECT id, person_id AS person FROM memberships WHERE tenant_id = ${tenantId}::uuid AND person_id = ANY(${ids}::uuid[])`,
  );
  await join(
    renamed,
    "approvals",
    (ids) => tx.$queryRaw`
    SELECT id, requester_id AS person FROM approvals WHERE tenant_id = ${tenantId}::uuid AND requester_id = ANY(${ids}::uuid[])`,
  );
  await join(
    renamed,
    "messages",
    (ids) => tx.$queryRaw`
    SELECT id, to_person_id AS person FROM messages WHERE tenant_id = ${tenantId}::uuid AND to_person_id = ANY(${ids}::uuid[])`,
  );
}

/** Entries get their ids just before the events of their commit do. */
const BEFORE_MS = 1_000;
/** Events that lie further apart are looked for by themselves, so that what is retried reads no hour of the audit. */
const APART_MS = 10_000;

const madeAt = (id: string) => Number.parseInt(id.replace("-", "").slice(0, 12), 16);

function runsOf(events: readonly Followed[]): Followed[][] {
  const runs: Followed[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const event of events.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))) {
    const at = madeAt(event.eventId);
    if (at - last > APART_MS) runs.push([]);
    runs.at(-1)?.push(event);
    last = at;
  }
  return runs;
}

/** What the commits of these events recorded. */
async function touchAudit(tx: Transaction, tenantId: string, events: readonly Followed[], touched: Touched) {
  for (const run of runsOf(events)) {
    const ids = run.map(({ eventId }) => eventId);
    const since = new Date(madeAt(ids[0] as string) - BEFORE_MS);
    const commits = await tx.$queryRaw<{ xid: string; event: string }[]>`
      SELECT xid::text, min(id::text) AS event FROM outbox_events
      WHERE tenant_id = ${tenantId}::uuid AND id = ANY(${ids}::uuid[]) GROUP BY xid`;
    const events = new Map(commits.map(({ xid, event }) => [xid, event]));
    // By itself, since fresh tables have no statistics: as a join it compared every entry with every commit.
    const rows = await tx.$queryRaw<{ id: string; xid: string }[]>`
      SELECT id, xid::text FROM audit_logs
      WHERE tenant_id = ${tenantId}::uuid AND id > uuid_at(${since}::timestamptz) AND id < ${ids.at(-1)}::uuid
        AND xid = ANY(${[...events.keys()]}::xid8[])`;
    for (const { id, xid } of rows) touch(touched, "audit", id, events.get(xid) as string);
  }
}

/**
 * The documents that events touched, as their records stand now, into the index. Answers why an event could not be
 * followed, by its id; one that is not there has been.
 */
export async function followEvents(caller: Caller, events: readonly Followed[]): Promise<ReadonlyMap<string, string>> {
  const touched = Object.fromEntries(COLLECTION_NAMES.map((name) => [name, new Map()])) as unknown as Touched;
  for (const { aggregateType, aggregateId, eventId } of events) {
    const own = OWN[aggregateType];
    if (own) touch(touched, own, aggregateId, eventId);
  }
  await inTenant(caller.tenantId, async (tx) => {
    await touchPeople(tx, caller.tenantId, events, touched);
    await touchAudit(tx, caller.tenantId, events, touched);
  });
  const failed = new Map<string, string>();
  for (const name of COLLECTION_NAMES) {
    const ids = [...touched[name].keys()];
    for (let at = 0; at < ids.length; at += PAGE) {
      const { refused } = await indexDocuments(caller, name, { ids: ids.slice(at, at + PAGE) });
      for (const [id, reason] of refused)
        for (const eventId of touched[name].get(id) ?? []) failed.set(eventId, `${name} ${id}: ${reason}`);
    }
  }
  return failed;
}
