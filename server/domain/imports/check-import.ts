import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { command } from "#server/domain/command.ts";
import { lockOwnImport } from "#server/domain/imports/lock-import.ts";
import { moveImport } from "#server/domain/imports/move-import.ts";
import { inList, missingColumns } from "#server/domain/imports/rules.ts";
import type { ImportMap } from "#server/domain/imports/schema.ts";
import { checkInput } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { Prisma } from "#server/platform/db.ts";

/** Without what is undefined. */
const asJson = (map: ImportMap) => JSON.parse(JSON.stringify(map));

/** Has every row of a file checked under a map, once more where it was before. */
export const checkImport = command({
  name: "imports.check",
  permission: "imports:run",
  at: "each",
  input: checkInput,
  run: async (work, { id, version, map }): Promise<{ id: string; version: number }> => {
    const { tenantId, requestId, correlationId } = work.caller;
    const locked = await lockOwnImport(work, id);
    if (!locked || locked.personId === null) throw new Refusal("import.not_found");
    const { state } = locked;
    if (state !== "DRAFT" && state !== "CHECKED" && state !== "FAILED") throw new Refusal("import.not_open", { state });
    if (locked.version !== version) throw new Refusal("import.stale", { version: locked.version });
    const [file] = await work.tx.$queryRaw<
      { header: string[]; delimiter: string; file_hash: string; there: boolean }[]
    >`
      SELECT header, delimiter, file_hash, EXISTS (SELECT FROM import_chunks c WHERE c.tenant_id = i.tenant_id AND c.import_id = i.id) AS there
      FROM imports i WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    if (!file?.there) throw new Refusal("import.file_gone");
    // With another delimiter the file has another header, which the worker reads.
    const missing = map.delimiter === file.delimiter ? missingColumns(map, file.header) : [];
    if (missing.length > 0) throw new Refusal("import.missing_columns", { columns: inList(missing) });

    const sourceHash = createHash("sha256")
      .update(file.file_hash)
      .update(canonicalize(map) as string)
      .digest("hex");
    await work.tx.$executeRaw`DELETE FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${id}::uuid`;
    const counts = { total: 0, bad: 0, foreseen: 0, submitted: 0, known: 0, line: 0 };
    const run = { fence: locked.fence + 1, leasedUntil: null, code: null, facts: Prisma.DbNull, endedAt: null };
    await moveImport(work, locked, {
      state: "STAGING",
      event: "Mapped",
      set: { ...counts, ...run, map: asJson(map), sourceHash, requestId, correlationId },
      facts: { sourceHash },
    });
    work.wake({ task: "import", tenantId, id });
    return { id, version: version + 1 };
  },
});
