import { LIVE_KINDS, packLive } from "#server/domain/events/rules.ts";
import { announce } from "#server/platform/channels.ts";
import type { Reaction } from "#server/worker/reaction.ts";

const scopeOf = ({ scopeId }: Readonly<Record<string, unknown>>) => (typeof scopeId === "string" ? scopeId : null);

/** Tells every web process what changed. An announcement that is lost is made up for by who listens, not here. */
export const live: Reaction & { name: "live" } = {
  name: "live",
  events: "all",
  batch: 500,
  outward: false,
  run: async ({ tenantId }, deliveries) => {
    const items = deliveries.flatMap(({ eventId, aggregateType, aggregateId, aggregateVersion, payload }) => {
      const kind = LIVE_KINDS[aggregateType as keyof typeof LIVE_KINDS];
      if (!kind) return [];
      return packLive({
        tenantId,
        eventId,
        kind,
        id: aggregateId,
        version: aggregateVersion,
        scopeId: scopeOf(payload),
      });
    });
    announce("live", items);
    return deliveries.map(() => ({ done: true }));
  },
};
