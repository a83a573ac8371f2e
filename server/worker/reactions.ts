import type { ReactionName } from "#server/domain/outbox/rules.ts";
import { searchIsOn } from "#server/platform/typesense.ts";
import { live } from "#server/worker/live.ts";
import { mailReaction } from "#server/worker/mail.ts";
import type { Reaction } from "#server/worker/reaction.ts";
import { search } from "#server/worker/search.ts";

/** What follows which events: all of it, and nowhere else. Without an engine there is no index to keep. */
export const REACTIONS: readonly (Reaction & { readonly name: ReactionName })[] = [
  live,
  mailReaction(),
  ...(searchIsOn() ? [search] : []),
];
