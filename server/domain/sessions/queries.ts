import { refuseElsewhere } from "#server/domain/access/guard-administration.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { SessionStatus } from "#server/domain/sessions/rules.ts";
import { CHOICES_MAX, CONCURRENT_DEFAULT, STEP_UP_BULK_DEFAULT } from "#server/domain/sessions/rules.ts";
import type { SessionFilter } from "#server/domain/sessions/schema.ts";
import { choicesInput, mySessionsInput, nothing, sessionsInput, setIdInput } from "#server/domain/sessions/schema.ts";
import type { Transaction } from "#server/platform/db.ts";
import { Prisma } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";

/** A session `s` that a look would still accept, as far as its own row says. */
export const ALIVE = Prisma.sql`s.status = 'ACTIVE' AND s.idle_expires_at > clock_timestamp()`;
/** An end that has come is one, whoever has written it down by then. */
const STATUS = Prisma.sql`CASE WHEN s.status = 'ACTIVE' AND s.idle_expires_at <= now() THEN 'EXPIRED' ELSE s.status END`;
const FAMILY = Prisma.sql`regexp_replace(s.browser, ' [0-9.]+$', '')`;

const given = (value: unknown, condition: Prisma.Sql) => (value === undefined ? Prisma.sql`true` : condition);

/** The sessions `s` that a filter leaves, whether they live or not. */
export const isOf = ({ person, browser, address, openedBefore, seenBefore }: SessionFilter): Prisma.Sql =>
  Prisma.join(
    [
      given(person, Prisma.sql`s.person_id = ${person}::uuid`),
      given(browser, Prisma.sql`${FAMILY} = ${browser}`),
      given(address, Prisma.sql`s.ip <<= ${address}::inet`),
      given(openedBefore, Prisma.sql`s.created_at < ${openedBefore}`),
      given(seenBefore, Prisma.sql`s.last_seen_at < ${seenBefore}`),
    ],
    " AND ",
  );

/** The sessions `s` that a person froze, by their ids; null where there is no such set of theirs. */
export async function frozenIn(
  tx: Transaction,
  { tenantId, personId }: Caller,
  set: string,
): Promise<Prisma.Sql | null> {
  const mine = Prisma.sql`x.tenant_id = ${tenantId}::uuid AND x.id = ${set}::uuid AND x.person_id = ${personId}::uuid`;
  const known = await tx.$queryRaw<unknown[]>`SELECT FROM session_sets x WHERE ${mine}`;
  return known.length > 0 ? Prisma.sql`s.id IN (SELECT unnest(x.session_ids) FROM session_sets x WHERE ${mine})` : null;
}

interface Row {
  id: string;
  personId: string;
  person: string;
  email: string;
  deviceName: string | null;
  browser: string;
  os: string;
  deviceType: string;
  address: string;
  location: string;
  status: SessionStatus;
  openedAt: Date;
  lastSeenAt: Date;
  idleExpiresAt: Date;
  absoluteExpiresAt: Date;
  endedAt: Date | null;
  endedBy: string | null;
  endedReason: string | null;
}

const SESSION = Prisma.sql`s.id, s.person_id AS "personId", p.name AS person, p.email, s.device_name AS "deviceName", s.browser, s.os, s.device_type AS "deviceType",
  s.address, s.location, ${STATUS} AS status, s.created_at AS "openedAt", s.last_seen_at AS "lastSeenAt", s.idle_expires_at AS "idleExpiresAt",
  s.absolute_expires_at AS "absoluteExpiresAt", CASE WHEN ${STATUS} = 'EXPIRED' THEN s.idle_expires_at ELSE s.ended_at END AS "endedAt",
  e.name AS "endedBy", CASE WHEN ${STATUS} = 'EXPIRED' THEN 'expired' ELSE s.ended_reason END AS "endedReason"`;

const shape = ({ sessionId }: Caller, row: Row) => ({
  ...row,
  /** Whether it is the one that asks. */
  current: row.id === sessionId,
  openedAt: row.openedAt.toISOString(),
  lastSeenAt: row.lastSeenAt.toISOString(),
  idleExpiresAt: row.idleExpiresAt.toISOString(),
  absoluteExpiresAt: row.absoluteExpiresAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
});

/** A page of the tenant's sessions, those opened last first. */
async function pageOf(
  { caller, tx }: Read,
  which: Prisma.Sql,
  { after, limit }: { after?: string | undefined; limit: number },
) {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT ${SESSION} FROM user_sessions s JOIN people p ON p.id = s.person_id LEFT JOIN people e ON e.id = s.ended_by
    WHERE s.tenant_id = ${caller.tenantId}::uuid AND (${after ?? null}::uuid IS NULL OR s.id < ${after ?? null}::uuid) AND ${which}
    ORDER BY s.id DESC LIMIT ${limit + 1}::int`;
  const items = rows.slice(0, limit).map((row) => shape(caller, row));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Where the caller is signed in here, or was. */
export const mySessions = query({
  name: "sessions.mine",
  permission: null,
  input: mySessionsInput,
  run: (read, { ended, ...page }) => {
    const status = ended ? Prisma.sql`${STATUS} <> 'ACTIVE'` : Prisma.sql`${STATUS} = 'ACTIVE'`;
    return pageOf(read, Prisma.sql`s.person_id = ${read.caller.personId}::uuid AND ${status}`, page);
  },
});

/** The sessions of the tenant, to who reads them for all of it. */
export const listSessions = query({
  name: "sessions.list",
  permission: "sessions:read",
  input: sessionsInput,
  run: (read, { filter, status = [], ids, ...page }) => {
    refuseElsewhere(read.caller, "sessions:read");
    const stands = status.length > 0 ? Prisma.sql`${STATUS} = ANY(${status}::text[])` : Prisma.sql`true`;
    const among = ids ? Prisma.sql`s.id = ANY(${ids}::uuid[])` : Prisma.sql`true`;
    return pageOf(read, Prisma.sql`${isOf(filter)} AND ${stands} AND ${among}`, page);
  },
});

/** What the list can be narrowed to: people by name or address, and the browsers that were used. */
export const sessionChoices = query({
  name: "sessions.choices",
  permission: "sessions:read",
  input: choicesInput,
  run: async ({ caller, tx }, { q, person }) => {
    refuseElsewhere(caller, "sessions:read");
    const like = `%${(q ?? "").trim().replace(/[\\%_]/g, "\\$&")}%`;
    const people = await tx.$queryRaw<{ id: string; name: string; email: string }[]>`
      SELECT p.id, p.name, p.email FROM memberships m JOIN people p ON p.id = m.person_id
      WHERE m.tenant_id = ${caller.tenantId}::uuid AND (p.id = ${person ?? null}::uuid OR p.name ILIKE ${like} OR p.email ILIKE ${like})
        AND EXISTS (SELECT FROM user_sessions s WHERE s.tenant_id = m.tenant_id AND s.person_id = m.person_id)
      ORDER BY p.id = ${person ?? null}::uuid DESC NULLS LAST, p.name, p.id LIMIT ${CHOICES_MAX}::int`;
    const browsers = await tx.$queryRaw<{ name: string }[]>`
      SELECT DISTINCT ${FAMILY} AS name FROM user_sessions s
      WHERE s.tenant_id = ${caller.tenantId}::uuid AND s.browser <> '' ORDER BY 1 LIMIT ${CHOICES_MAX}::int`;
    return { people, browsers: browsers.map(({ name }) => name) };
  },
});

/** How many of what the caller froze live. */
export const countFrozen = query({
  name: "sessions.countFrozen",
  permission: "sessions:revoke",
  input: setIdInput,
  run: async ({ caller, tx }, { set }) => {
    refuseElsewhere(caller, "sessions:revoke");
    const frozen = await frozenIn(tx, caller, set);
    if (!frozen) throw new Refusal("session.not_found");
    const [row] = await tx.$queryRaw<{ alive: number }[]>`
      SELECT count(*)::int AS alive FROM user_sessions s WHERE s.tenant_id = ${caller.tenantId}::uuid AND ${ALIVE} AND ${frozen}`;
    return { alive: row?.alive ?? 0 };
  },
});

/** What a tenant says of its sessions; null where it says nothing. */
export async function limitsOf(tx: Transaction, tenantId: string) {
  const [own] = await tx.$queryRaw<
    {
      idleMinutes: number | null;
      absoluteHours: number | null;
      concurrent: number | null;
      secondFactor: boolean;
      version: number;
    }[]
  >`SELECT idle_minutes AS "idleMinutes", absolute_hours AS "absoluteHours", concurrent, second_factor AS "secondFactor", version FROM session_limits WHERE tenant_id = ${tenantId}::uuid`;
  return own ?? null;
}

/** How many the tenant lets anybody decide at once without a recent proof. */
export async function stepUpBulkOf(tx: Transaction, tenantId: string): Promise<number> {
  const { stepUpBulk } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { stepUpBulk: true } });
  return stepUpBulk;
}

/** The tenant's own limits, and what they are held below. */
export const sessionLimits = query({
  name: "sessions.limits",
  permission: "sessions:read",
  input: nothing,
  run: async ({ caller, tx }) => {
    refuseElsewhere(caller, "sessions:read");
    const own = await limitsOf(tx, caller.tenantId);
    return {
      idleMinutes: own?.idleMinutes ?? null,
      absoluteHours: own?.absoluteHours ?? null,
      concurrent: own?.concurrent ?? null,
      stepUpBulk: await stepUpBulkOf(tx, caller.tenantId),
      secondFactor: own?.secondFactor ?? false,
      version: own?.version ?? 0,
      installation: {
        idleMinutes: env.SESSION_LIFETIME,
        absoluteHours: env.SESSION_ABSOLUTE_HOURS,
        concurrent: CONCURRENT_DEFAULT,
        stepUpBulk: STEP_UP_BULK_DEFAULT,
      },
    };
  },
});
