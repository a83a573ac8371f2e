import type { Caller } from "#server/domain/caller.ts";
import { closeSession } from "#server/domain/identity/close-session.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { tenantsOf } from "#server/domain/identity/queries.ts";
import { Refusal } from "#server/domain/refusals.ts";

/**
 * Ends the caller's session and opens one in another tenant of theirs. The end comes first, and only who brought it
 * about goes on: of two switches with one token at most one has a successor (S5).
 */
export async function switchTenant(caller: Caller, tenantId: string, place: Place): Promise<{ token: string }> {
  const { personId, name, provenAt } = caller;
  const own = personId ? await tenantsOf(personId) : [];
  if (!personId || !own.some((tenant) => tenant.id === tenantId)) throw new Refusal("org.not_found");
  const { closed } = await closeSession(caller, {});
  if (!closed) throw new Refusal("org.not_found");
  return { token: await beginSession(tenantId, { id: personId, name }, { ...place, provenAt }) };
}
