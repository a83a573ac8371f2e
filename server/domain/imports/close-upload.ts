import { command } from "#server/domain/command.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { moveImport } from "#server/domain/imports/move-import.ts";
import { uploadedInput } from "#server/domain/imports/schema.ts";

/** The file is whole, and its header could be read: from here its columns are mapped. */
export const closeUpload = command({
  name: "imports.closeUpload",
  permission: "imports:run",
  at: "each",
  input: uploadedInput,
  run: async (work, { importId, ...file }): Promise<{ id: string }> => {
    const locked = await lockImport(work, { importId, fence: 0 }, "UPLOADING");
    const { fileHash, lines, header } = file;
    const facts = { fileHash, lines, columns: header.length };
    await moveImport(work, locked, { state: "DRAFT", event: "Uploaded", set: file, facts });
    return { id: importId };
  },
});
