import type { z } from "zod";
import { parse } from "#server/domain/command.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import { accountOf, RESET_PAUSE_MINUTES, source } from "#server/domain/identity/rules.ts";
import { askResetInput } from "#server/domain/identity/schema.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { database } from "#server/platform/db.ts";

/**
 * Notes that somebody asks for a new password, and nothing else: whether the address is known is looked up later, by the
 * worker, so that neither the answer nor its time can tell. Asked again so soon, an account is told the same, and mailed
 * nothing: the link that it was sent still works, whoever asked for it. The lock is the account's and not its row's, which
 * the worker holds for longer where it writes a mail.
 */
export async function askReset(input: z.input<typeof askResetInput>, facts: RequestFacts): Promise<{ asked: true }> {
  const account = accountOf(parse(askResetInput, input).email);
  const { locale, address, requestId } = facts;
  const { client } = database();
  const lock = client.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`reset ${account}`}, 0))`;
  const note = client.$executeRaw`
    INSERT INTO reset_requests (id, account, language, address, request_id, requested_at)
    SELECT ${uuidv7()}::uuid, ${account}, ${locale ?? "en"}, ${source(address ?? "")}, ${requestId}, clock_timestamp()
    WHERE NOT EXISTS (SELECT FROM reset_requests WHERE account = ${account}
      AND greatest(requested_at, handled_at) > clock_timestamp() - make_interval(mins => ${RESET_PAUSE_MINUTES}::int))`;
  await client.$transaction([lock, note]);
  return { asked: true };
}
