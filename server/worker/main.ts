import { flushUses } from "#server/domain/access/record-uses.ts";
import { settleDenials } from "#server/domain/governance/record.ts";
import { closeChannels } from "#server/platform/channels.ts";
import { database } from "#server/platform/db.ts";
import { onShutdown } from "#server/platform/lifetime.ts";
import { startWorker } from "#server/worker/start.ts";

const stop = await startWorker();

onShutdown(async () => {
  await stop();
  await settleDenials();
  await flushUses();
  await closeChannels();
  await database().close();
});
