import { command } from "#server/domain/command.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { UPLOAD_BYTES_MAX } from "#server/domain/imports/rules.ts";
import { chunkInput } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** Keeps the next piece of a file that is being uploaded. */
export const keepChunk = command({
  name: "imports.keepChunk",
  permission: "imports:run",
  at: "each",
  input: chunkInput,
  run: async (work, { importId, number, bytes }): Promise<{ bytes: number }> => {
    const { tenantId } = work.caller;
    await lockImport(work, { importId, fence: 0 }, "UPLOADING");
    const [kept] = await work.tx.$queryRaw<{ bytes: number }[]>`
      UPDATE imports SET bytes = bytes + ${bytes.byteLength} WHERE tenant_id = ${tenantId}::uuid AND id = ${importId}::uuid RETURNING bytes`;
    if (!kept || kept.bytes > UPLOAD_BYTES_MAX) throw new Refusal("import.too_large", { max: UPLOAD_BYTES_MAX / 1e6 });
    await work.tx.$executeRaw`
      INSERT INTO import_chunks (tenant_id, import_id, number, bytes) VALUES (${tenantId}::uuid, ${importId}::uuid, ${number}, ${bytes}::bytea)`;
    return kept;
  },
});
