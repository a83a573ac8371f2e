import type { Purpose } from "#server/domain/identity/find-link.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

/** Uses a link up: of several who have it at once, one gets through. */
export async function takeLink(
  work: Work,
  id: string,
  purpose: Purpose,
): Promise<{ personId: string; sessionId: string | null }> {
  const [taken] = await work.tx.$queryRaw<{ personId: string; sessionId: string | null }[]>`
    UPDATE account_links SET status = 'USED', ended_at = clock_timestamp()
    WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${id}::uuid AND purpose = ${purpose} AND status = 'OPEN' AND expires_at > clock_timestamp()
    RETURNING person_id AS "personId", session_id AS "sessionId"`;
  if (!taken) throw new Refusal("link.not_found");
  return taken;
}
