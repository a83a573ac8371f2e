import type { Work } from "#server/domain/work.ts";

/** Ends what was mailed to a person and is still open in the work's tenant: none of it says anything any more. */
export async function endLinks(work: Work, personId: string): Promise<void> {
  await work.tx.$executeRaw`
    UPDATE account_links SET status = 'ENDED', ended_at = clock_timestamp()
    WHERE tenant_id = ${work.caller.tenantId}::uuid AND person_id = ${personId}::uuid AND status = 'OPEN'`;
}
