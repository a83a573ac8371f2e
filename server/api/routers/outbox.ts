import { read, router, write } from "#server/api/trpc.ts";
import { getEvent, listDeliveries, outboxBacklog, traceOf } from "#server/domain/outbox/queries.ts";
import { replayDead, replayDelivery } from "#server/domain/outbox/replay-deliveries.ts";

export const outbox = router({
  backlog: read(outboxBacklog),
  list: read(listDeliveries),
  event: read(getEvent),
  trace: read(traceOf),
  replay: write(replayDelivery),
  replayDead: write(replayDead),
});
