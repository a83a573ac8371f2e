import { isIP } from "node:net";
import Bowser from "bowser";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { ADMITTED } from "#server/domain/identity/admit-person.ts";
import { close, closeSession } from "#server/domain/identity/close-session.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { noteDevice } from "#server/domain/identity/note-device.ts";
import { sessionInput } from "#server/domain/identity/schema.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { endSessions } from "#server/domain/sessions/end-sessions.ts";
import { limitsOf } from "#server/domain/sessions/queries.ts";
import { LOCATION_MAX, limitsThatHold, plainText } from "#server/domain/sessions/rules.ts";
import type { Work } from "#server/domain/work.ts";
import { clock, Prisma } from "#server/platform/db.ts";

const USER_AGENT_MAX = 1000;
const ADDRESS_MAX = 100;

/** From where, by what and for how long a session is opened. */
export interface Place {
  readonly address: string;
  readonly userAgent: string;
  /** As a proxy or a database of places names it; nothing where neither does. */
  readonly location?: string;
  readonly requestId: string;
  readonly idleMinutes: number;
  readonly absoluteHours: number;
  /** The browser by its device cookie: as it came, and what it becomes. Absent where no cookie is set. */
  readonly device?: Device | undefined;
  /** When the session that this one follows was proven; a new one is proven by its beginning (S9). */
  readonly provenAt?: number | null | undefined;
  /** No later than this does it end: one that takes the place of another gets no more time. */
  readonly endsBy?: Date | undefined;
  /** The first of those whose place it takes: a token of any of them that comes back ends it (S5). */
  readonly familyId?: string | undefined;
  /** Whose session the browser had, which ends with the sign-in. */
  readonly replaces?: Caller | null | undefined;
}

export interface Device {
  readonly presented: string | null;
  readonly fresh: string;
}

/** The same as the database knows it. */
export const deviceHashes = ({ presented, fresh }: Device) => ({
  presented: presented === null ? null : tokenHash(presented),
  fresh: tokenHash(fresh),
});

/** A password that was proven may have been replaced since: its row is held until the session stands. */
async function refuseReplaced(work: Work, personId: string, changedAt: Date): Promise<void> {
  const [still] = await work.tx.$queryRaw<unknown[]>`
    SELECT 1 FROM credentials c JOIN people p ON p.id = c.person_id
    WHERE c.person_id = ${personId}::uuid AND c.changed_at = ${changedAt}::timestamptz AND p.frozen_at IS NULL FOR SHARE`;
  if (!still) throw new Refusal("password.changed");
}

const DEVICE_MAX = 200;

/** What a browser says of itself; any bytes are survived. */
export function devicePartsOf(userAgent: string): { browser: string; os: string; deviceType: string } {
  const said = plainText(userAgent, USER_AGENT_MAX);
  if (!said) return { browser: "", os: "", deviceType: "" };
  const { browser, os, platform } = Bowser.parse(said);
  return {
    browser: plainText([browser.name, browser.version].filter(Boolean).join(" "), DEVICE_MAX),
    os: plainText(os.name ?? "", DEVICE_MAX),
    deviceType: plainText(platform.type ?? "", DEVICE_MAX),
  };
}

/** The address as one that a range may hold; what was forwarded may be anything. */
function ipOf(address: string): string | null {
  const [plain = ""] = address.split("%", 1); // without its zone
  return isIP(plain) === 0 ? null : plain;
}

/**
 * Sign-ins of one person wait here for one another (S6), and for whoever disables them: a session is either seen and
 * ended by that, or not opened (S7).
 */
async function lockMember({ tx, caller: { tenantId } }: Work, personId: string): Promise<void> {
  const [member] = await tx.$queryRaw<{ active: boolean }[]>`
    SELECT m.status = 'ACTIVE' AND ${ADMITTED} AS active FROM memberships m JOIN people p ON p.id = m.person_id
    WHERE m.tenant_id = ${tenantId}::uuid AND m.person_id = ${personId}::uuid FOR NO KEY UPDATE OF m FOR SHARE OF p`;
  if (!member?.active) throw new Refusal("member.not_found");
}

/** Leaves room for one more: of what the person has open, those seen longest ago end. */
async function makeRoom(work: Work, personId: string, concurrent: number): Promise<void> {
  const { tenantId } = work.caller;
  const newest = Prisma.sql`SELECT o.id FROM user_sessions o WHERE o.tenant_id = ${tenantId}::uuid AND o.person_id = ${personId}::uuid
    AND o.status = 'ACTIVE' AND o.idle_expires_at > clock_timestamp() ORDER BY o.last_seen_at DESC, o.id DESC LIMIT ${concurrent - 1}::int`;
  await endSessions(work, Prisma.sql`s.person_id = ${personId}::uuid AND s.id NOT IN (${newest})`, "limit", null);
}

/** What its owner called this very browser, by its cookie, when they were last signed in with it here. */
async function nameOf({ tx, caller: { tenantId } }: Work, personId: string, presented: string | null) {
  if (presented === null) return null;
  const [named] = await tx.$queryRaw<{ name: string | null }[]>`
    SELECT s.device_name AS name FROM known_devices k
    JOIN user_sessions s ON s.tenant_id = ${tenantId}::uuid AND s.id = k.session_id AND s.person_id = k.person_id
    WHERE k.person_id = ${personId}::uuid AND k.device_hash = ${presented}`;
  return named?.name ?? null;
}

/**
 * A session row for a token that only the browser has; the database knows its SHA-256 (S1). The one place where a session
 * begins: how many live beside it and how long is what the tenant allows, below what the installation does.
 */
export const openSession = command({
  name: "sessions.open",
  permission: "system",
  at: "tenant",
  input: sessionInput,
  run: async (work, input): Promise<{ sessionId: string }> => {
    const { personId, tokenHash, userAgent, location, changedAt, device, provenAt, ...installation } = input;
    const { tenantId, address } = work.caller;
    if (changedAt) await refuseReplaced(work, personId, changedAt);
    await lockMember(work, personId);
    if (input.replaces) await close(work, input.replaces);
    const limits = limitsThatHold(await limitsOf(work.tx, tenantId), installation);
    await makeRoom(work, personId, limits.concurrent);
    const id = uuidv7();
    const now = await clock(work.tx);
    const most = now.getTime() + limits.absoluteHours * 3_600_000;
    const absolute = new Date(Math.min(most, input.endsBy?.getTime() ?? most));
    const idle = new Date(Math.min(now.getTime() + limits.idleMinutes * 60_000, absolute.getTime()));
    const facts = devicePartsOf(userAgent);
    await work.tx.userSession.create({
      data: {
        tenantId,
        id,
        personId,
        tokenHash,
        ...facts,
        deviceName: await nameOf(work, personId, device?.presented ?? null),
        address: address ?? "",
        ip: ipOf(address ?? ""),
        location: plainText(location, LOCATION_MAX),
        createdAt: now,
        lastSeenAt: now,
        idleExpiresAt: idle,
        absoluteExpiresAt: absolute,
        provenAt: provenAt === undefined ? now : new Date(provenAt),
        familyId: input.familyId ?? null,
      },
    });
    work.audit({
      class: "SECURITY",
      action: "session.opened",
      targetType: "session",
      targetId: id,
      scopeId: null,
      before: null,
      after: { personId, ...facts },
      at: now,
    });
    if (device) {
      await noteDevice(work, { personId, sessionId: id, device, ...facts, at: now });
      await work.tx
        .$executeRaw`UPDATE known_devices SET session_id = ${id}::uuid WHERE person_id = ${personId}::uuid AND device_hash = ${device.fresh}`;
    }
    return { sessionId: id };
  },
});

/** A session of somebody whose right to it was just proven; answers the token, which nobody else ever sees. */
export async function beginSession(
  tenantId: string,
  person: { readonly id: string; readonly name: string },
  place: Place,
  changedAt?: Date,
): Promise<string> {
  const { requestId, idleMinutes, absoluteHours, location = "" } = place;
  const address = plainText(place.address, ADDRESS_MAX);
  const caller = await systemCaller(tenantId, { personId: person.id, name: person.name, address, requestId });
  const token = newToken();
  const { replaces } = place;
  const beside = replaces?.tenantId === tenantId && replaces.personId === person.id ? replaces.sessionId : null;
  await openSession(caller, {
    personId: person.id,
    tokenHash: tokenHash(token),
    userAgent: place.userAgent.slice(0, USER_AGENT_MAX),
    location: location.slice(0, USER_AGENT_MAX),
    idleMinutes,
    absoluteHours,
    ...(changedAt ? { changedAt } : {}),
    ...(place.device ? { device: deviceHashes(place.device) } : {}),
    ...(place.endsBy ? { endsBy: place.endsBy } : {}),
    ...(place.familyId ? { familyId: place.familyId } : {}),
    ...(beside ? { replaces: beside } : {}),
    ...(place.provenAt === undefined ? {} : { provenAt: place.provenAt ?? 0 }),
  });
  if (replaces && !beside) await closeSession(replaces, {});
  return token;
}
