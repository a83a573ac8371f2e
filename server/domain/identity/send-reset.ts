import { command } from "#server/domain/command.ts";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { firstTenant } from "#server/domain/identity/queries.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { languageOf, RESET_MINUTES, RESET_PAUSE_MINUTES } from "#server/domain/identity/rules.ts";
import { sendResetInput } from "#server/domain/identity/schema.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { clock, database } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";

export const resetLink = (token: string): string => `${env.APP_URL}/reset-password?token=${token}`;

/** Answers a request once: the link, the message with it and the request's end are one commit. */
export const sendReset = command({
  name: "password.sendReset",
  permission: "system",
  at: "tenant",
  input: sendResetInput,
  run: async (work, { requestId, personId, language }): Promise<{ sent: boolean }> => {
    const mine = await work.tx.$executeRaw`
      UPDATE reset_requests SET handled_at = clock_timestamp() WHERE id = ${requestId}::uuid AND handled_at IS NULL`;
    if (mine === 0) return { sent: false };
    const { tenantId } = work.caller;
    const person = await work.tx.person.findUniqueOrThrow({ where: { id: personId } });
    const token = newToken();
    const createdAt = await clock(work.tx);
    await work.tx.accountLink.create({
      data: {
        tenantId,
        id: uuidv7(),
        personId,
        purpose: "RESET",
        tokenHash: tokenHash(token),
        createdAt,
        expiresAt: new Date(createdAt.getTime() + RESET_MINUTES * 60_000),
      },
    });
    work.audit({
      class: "SECURITY",
      action: "person.reset_asked",
      targetType: "person",
      targetId: personId,
      scopeId: null,
      before: null,
      after: { minutes: RESET_MINUTES },
    });
    await sendMessage(work, {
      template: "passwordReset",
      to: { email: person.email, personId },
      language: person.locale === null ? language : languageOf(person.locale),
      data: { minutes: RESET_MINUTES, address: work.caller.address ?? "" },
      secrets: { link: resetLink(token) },
    });
    return { sent: true };
  },
});

interface Waiting {
  id: string;
  account: string;
  language: Language;
  address: string;
  requestId: string;
}

const BATCH = 50;

/** Who is behind an address that a mail may go to: a member of some tenant whom nobody has disabled. */
async function addressee(account: string): Promise<{ personId: string; tenantId: string } | null> {
  const person = await database().client.person.findUnique({ where: { email: account } });
  const tenantId = person && !person.disabledAt ? await firstTenant(person.id) : null;
  return person && tenantId ? { personId: person.id, tenantId } : null;
}

async function answer({ id, account, language, address, requestId }: Waiting): Promise<void> {
  const to = await addressee(account);
  if (to) {
    const caller = await systemCaller(to.tenantId, { address, requestId });
    await sendReset(caller, { requestId: id, personId: to.personId, language });
    return;
  }
  await database().client.resetRequest.updateMany({ where: { id, handledAt: null }, data: { handledAt: new Date() } });
}

/**
 * Answers what was asked for since the last turn; one that fails is tried again, and holds up none of the others. What was
 * not answered until it could be asked for anew is not answered any more.
 */
export async function answerResets(stopping: { readonly aborted: boolean }): Promise<void> {
  const { client } = database();
  await client.$executeRaw`DELETE FROM reset_requests WHERE requested_at < clock_timestamp() - interval '1 day'`;
  const waiting = await client.$queryRaw<Waiting[]>`
    SELECT id, account, language, address, request_id AS "requestId" FROM reset_requests
    WHERE handled_at IS NULL AND requested_at > clock_timestamp() - make_interval(mins => ${RESET_PAUSE_MINUTES}::int) ORDER BY requested_at LIMIT ${BATCH}`;
  const failed: unknown[] = [];
  for (const request of waiting) {
    if (stopping.aborted) return;
    await answer(request).catch((error) => failed.push(error));
  }
  if (failed.length > 0) throw failed[0];
}
