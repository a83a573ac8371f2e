import type { Work } from "#server/domain/work.ts";

/**
 * Ends what was mailed to a person and is still open in the work's tenant: the links that set a password, or all. A new
 * password leaves "this was not me" alone, since whoever signed in may be the one who set it. A reset may be asked for
 * again at once, now that the link of the last mail is over.
 */
export async function endLinks(work: Work, personId: string, which: "RESET" | "ALL"): Promise<void> {
  await work.tx.$executeRaw`
    DELETE FROM reset_requests WHERE account = (SELECT email FROM people WHERE id = ${personId}::uuid) AND handled_at IS NOT NULL`;
  await work.tx.$executeRaw`
    UPDATE account_links SET status = 'ENDED', ended_at = clock_timestamp()
    WHERE tenant_id = ${work.caller.tenantId}::uuid AND person_id = ${personId}::uuid AND status = 'OPEN'
      AND (${which} = 'ALL' OR purpose = ${which})`;
}
