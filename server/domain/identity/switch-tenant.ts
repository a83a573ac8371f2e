import type { Caller } from "#server/domain/caller.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { tenantsOf } from "#server/domain/identity/queries.ts";
import { succeedSession } from "#server/domain/identity/succeed-session.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** The caller's session goes on in another tenant of theirs, by a new token. */
export async function switchTenant(caller: Caller, tenantId: string, place: Place): Promise<{ token: string }> {
  const own = caller.personId ? await tenantsOf(caller.personId) : [];
  const token = own.some((tenant) => tenant.id === tenantId) ? await succeedSession(caller, tenantId, place) : null;
  if (token === null) throw new Refusal("org.not_found");
  return { token };
}
