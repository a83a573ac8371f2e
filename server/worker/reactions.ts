import type { ReactionName } from "#server/domain/outbox/rules.ts";
import { live } from "#server/worker/live.ts";
import { mailReaction } from "#server/worker/mail.ts";
import type { Reaction } from "#server/worker/reaction.ts";

/** What follows which events: all of it, and nowhere else. */
export const REACTIONS: readonly (Reaction & { readonly name: ReactionName })[] = [live, mailReaction()];
