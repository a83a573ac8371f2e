import { read, router, write } from "#server/api/trpc.ts";
import { cancelBulk } from "#server/domain/bulks/cancel-bulk.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { getBulk, listBulkItems, listBulks } from "#server/domain/bulks/queries.ts";
import { startBulk } from "#server/domain/bulks/start-bulk.ts";

export const bulks = router({
  draft: write(draftBulk),
  start: write(startBulk),
  cancel: write(cancelBulk),
  get: read(getBulk),
  list: read(listBulks),
  items: read(listBulkItems),
});
