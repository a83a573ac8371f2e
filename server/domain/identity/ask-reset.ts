import type { Language } from "#server/domain/identity/rules.ts";
import { accountOf, RESETS_PER_HOUR, source } from "#server/domain/identity/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { database } from "#server/platform/db.ts";

interface Asked {
  readonly email: string;
  readonly language: Language;
  readonly address: string;
  readonly requestId: string;
}

/**
 * Notes that somebody asks for a new password, and nothing else: whether the address is known is looked up later, by the
 * worker, so that neither the answer nor its time can tell. Asked too often, an account is told the same, and mailed
 * nothing.
 */
export async function askReset({ email, language, address, requestId }: Asked): Promise<void> {
  const account = accountOf(email);
  await database().client.$executeRaw`
    INSERT INTO reset_requests (id, account, language, address, request_id, requested_at)
    SELECT ${uuidv7()}::uuid, ${account}, ${language}, ${source(address)}, ${requestId}, clock_timestamp()
    WHERE (SELECT count(*) FROM reset_requests WHERE account = ${account} AND requested_at > clock_timestamp() - interval '1 hour') < ${RESETS_PER_HOUR}`;
}
