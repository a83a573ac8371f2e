import { languageOf } from "#server/domain/identity/rules.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

/** Tells somebody that their password is another: whoever did not do it learns of it, and how to take it back. */
export async function tellPasswordChanged(work: Work, personId: string): Promise<void> {
  const { email, locale } = await work.tx.person.findUniqueOrThrow({ where: { id: personId } });
  await sendMessage(work, {
    template: "passwordChanged",
    to: { email, personId },
    language: languageOf(locale),
    data: { at: await clock(work.tx), address: work.caller.address ?? "" },
    secrets: {},
  });
}
