import type { Caller } from "#server/domain/caller.ts";
import { closeSession } from "#server/domain/identity/close-session.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { database, inTenant } from "#server/platform/db.ts";

/**
 * Of which family the session is, until when it may live at most, and since when the password is theirs: what is set after
 * this opens none.
 */
async function before({ tenantId, sessionId }: Caller, personId: string) {
  const where = { tenantId_id: { tenantId, id: sessionId ?? "" } };
  const session = sessionId ? await inTenant(tenantId, (tx) => tx.userSession.findUnique({ where })) : null;
  const credential = await database().client.credential.findUnique({ where: { personId } });
  const family = { familyId: session?.familyId ?? session?.id, endsBy: session?.absoluteExpiresAt };
  return { family, changedAt: credential?.changedAt };
}

/**
 * Ends the caller's session and opens one in another tenant of theirs. The end comes first, and only who brought it
 * about goes on: of two with one token at most one has a successor (S5), which ends when the first would have, or when
 * that token comes back. The others answer null: their cookie is on its way.
 */
export async function succeedSession(caller: Caller, tenantId: string, place: Place): Promise<string | null> {
  const { personId, name, provenAt } = caller;
  if (!personId) return null;
  const { family, changedAt } = await before(caller, personId);
  const { closed } = await closeSession(caller, {});
  if (!closed) return null;
  return beginSession(tenantId, { id: personId, name }, { ...place, ...family, provenAt }, changedAt);
}
