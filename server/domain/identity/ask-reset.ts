import type { z } from "zod";
import { parse } from "#server/domain/command.ts";
import type { RequestFacts } from "#server/domain/identity/queries.ts";
import { accountOf, RESETS_PER_HOUR, source } from "#server/domain/identity/rules.ts";
import { askResetInput } from "#server/domain/identity/schema.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { database } from "#server/platform/db.ts";

/**
 * Notes that somebody asks for a new password, and nothing else: whether the address is known is looked up later, by the
 * worker, so that neither the answer nor its time can tell. Asked too often, an account is told the same, and mailed
 * nothing.
 */
export async function askReset(input: z.input<typeof askResetInput>, facts: RequestFacts): Promise<{ asked: true }> {
  const account = accountOf(parse(askResetInput, input).email);
  const { locale, address, requestId } = facts;
  await database().client.$executeRaw`
    INSERT INTO reset_requests (id, account, language, address, request_id, requested_at)
    SELECT ${uuidv7()}::uuid, ${account}, ${locale ?? "en"}, ${source(address ?? "")}, ${requestId}, clock_timestamp()
    WHERE (SELECT count(*) FROM reset_requests WHERE account = ${account} AND requested_at > clock_timestamp() - interval '1 hour') < ${RESETS_PER_HOUR}`;
  return { asked: true };
}
