import { read, router, write, writeUnkept } from "#server/api/trpc.ts";
import { getMessage, listMessages, previewTemplate } from "#server/domain/messaging/queries.ts";
import { resendMessage } from "#server/domain/messaging/resend-message.ts";
import { revealLinks } from "#server/domain/messaging/reveal-links.ts";

export const messages = router({
  list: read(listMessages),
  get: read(getMessage),
  preview: read(previewTemplate),
  resend: write(resendMessage),
  reveal: writeUnkept(revealLinks),
});
