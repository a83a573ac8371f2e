import { deliverMessage } from "#server/domain/messaging/deliver-message.ts";
import { ATTEMPTS_MAX } from "#server/domain/messaging/rules.ts";
import type { Mail, MailResult } from "#server/platform/mailer.ts";
import { sendMail } from "#server/platform/mailer.ts";
import type { Reaction, Result } from "#server/worker/reaction.ts";
import { following } from "#server/worker/reaction.ts";

/**
 * Messages leave. Each counts its own attempts, in its row: a delivery has enough of them that it never ends first, also
 * when each attempt costs two because a worker died in it.
 */
export const mailReaction = (send: (mail: Mail) => Promise<MailResult> = sendMail): Reaction & { name: "mail" } => ({
  name: "mail",
  events: ["MessageQueued"],
  batch: 5,
  outward: true,
  attempts: 2 * ATTEMPTS_MAX + 2,
  run: async (caller, deliveries) => {
    const tried = deliveries.map((delivery) =>
      deliverMessage(following(caller, delivery), delivery.aggregateId, (letter) => send(letter)),
    );
    const outcomes = await Promise.allSettled(tried); // one that fails takes none of the others with it
    return outcomes.map((outcome): Result => {
      if (outcome.status === "rejected") return { retry: String(outcome.reason) };
      const delivered = outcome.value;
      if (delivered.is === "done") return { done: true };
      if (delivered.is === "dead") return { dead: delivered.reason };
      return { retry: delivered.reason, notBefore: delivered.notBefore };
    });
  },
});
