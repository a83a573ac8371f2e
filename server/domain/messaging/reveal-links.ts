import { command } from "#server/domain/command.ts";
import { messageIdInput } from "#server/domain/messaging/schema.ts";
import { sealContext } from "#server/domain/messaging/send-message.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { env } from "#server/platform/env.ts";
import { unseal } from "#server/platform/seals.ts";

/**
 * The one-time links of a message that was captured instead of sent, so that an installation without a mail server can
 * be tried. Never in production, never of a message that left; every look is in the audit, without the link.
 */
export const revealLinks = command({
  name: "messages.reveal",
  permission: "messages:reveal",
  at: "each",
  stepUp: true,
  input: messageIdInput,
  sensitive: true,
  run: async (work, { id }): Promise<{ links: readonly { name: string; link: string }[] }> => {
    const { tenantId } = work.caller;
    const message = await work.tx.message.findFirst({
      where: { tenantId, id, scopeId: { in: [...work.scopes] } },
      include: { secrets: { orderBy: { name: "asc" } } },
    });
    if (!message) throw new Refusal("message.not_found");
    const links = message.secrets.flatMap(({ name, sealed }) => {
      const link = unseal(sealed, sealContext(tenantId, id, name));
      return link === null ? [] : [{ name, link }];
    });
    if (env.APP_ENV === "production" || message.status !== "CAPTURED" || links.length === 0)
      throw new Refusal("message.not_revealable", { status: message.status });
    work.audit({
      class: "READ",
      action: "message.links_revealed",
      targetType: "message",
      targetId: id,
      scopeId: message.scopeId,
      before: null,
      after: { links: links.length },
    });
    return { links };
  },
});
