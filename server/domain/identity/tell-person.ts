import { languageOf } from "#server/domain/identity/rules.ts";
import type { Template } from "#server/domain/messaging/rules.ts";
import type { NewMessage } from "#server/domain/messaging/send-message.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import type { Work } from "#server/domain/work.ts";

/** Mails somebody about their own account, in their language. */
export async function tellPerson<T extends Template>(
  work: Work,
  personId: string,
  message: Pick<NewMessage<T>, "template" | "data" | "secrets">,
): Promise<void> {
  const { email, locale } = await work.tx.person.findUniqueOrThrow({ where: { id: personId } });
  await sendMessage(work, { ...message, to: { email, personId }, language: languageOf(locale) });
}
