import { read, router, tryOut, write } from "#server/api/trpc.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { countOutcomes, getBulk, listBulkItems, listBulks } from "#server/domain/bulks/queries.ts";
import { retryBulk } from "#server/domain/bulks/retry-bulk.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";
import { cancelBulk, pauseBulk, resumeBulk } from "#server/domain/bulks/steer-bulk.ts";
import { tryBulk } from "#server/domain/bulks/try-bulk.ts";

export const bulks = router({
  draft: write(draftBulk),
  dryRun: tryOut(tryBulk),
  start: write(startBulk),
  pause: write(pauseBulk),
  resume: write(resumeBulk),
  cancel: write(cancelBulk),
  retry: write(retryBulk),
  get: read(getBulk),
  list: read(listBulks),
  outcomes: read(countOutcomes),
  items: read(listBulkItems),
});
