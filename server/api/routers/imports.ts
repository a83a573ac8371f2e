import { ask, read, router, write } from "#server/api/trpc.ts";
import { checkImport } from "#server/domain/imports/check-import.ts";
import { discardImport } from "#server/domain/imports/discard-import.ts";
import { importColumns, previewRows } from "#server/domain/imports/preview-rows.ts";
import { getImport, listImports, listProblems } from "#server/domain/imports/queries.ts";
import { startImport } from "#server/domain/imports/start-import.ts";

export const imports = router({
  list: read(listImports),
  get: read(getImport),
  columns: read(importColumns),
  preview: ask(previewRows),
  check: write(checkImport),
  start: write(startImport),
  discard: write(discardImport),
  problems: read(listProblems),
});
