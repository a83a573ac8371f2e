import type { Caller } from "#server/domain/caller.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { listSessions } from "#server/domain/sessions/queries.ts";
import type { World } from "#server/testing/world.ts";

const PLACE: Place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
const facts = { requestId: "r", correlationId: "r", address: null, locale: null };

/** Somebody's session, as who it lets in. */
export async function openSessionOf(
  world: World,
  personId: string | null,
  place: Partial<Place> = {},
): Promise<Caller> {
  const token = await beginSession(world.tenantId, { id: personId as string, name: "n" }, { ...PLACE, ...place });
  return (await callerOfSession(tokenHash(token), 120, facts)) as Caller;
}

/** The sessions that live, by their ids, as an administrator sees them. */
export const aliveTo = async (caller: Caller) =>
  (await listSessions(caller, { status: ["ACTIVE"], limit: 200 })).items.map(({ id }) => id);

export const sessionIds = (callers: readonly Caller[]) => callers.map(({ sessionId }) => sessionId as string);
