import { command } from "#server/domain/command.ts";
import { lockOwnImport } from "#server/domain/imports/lock-import.ts";
import { moveImport } from "#server/domain/imports/move-import.ts";
import type { ImportState } from "#server/domain/imports/rules.ts";
import { OPEN_STATES } from "#server/domain/imports/rules.ts";
import { importIdInput } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { clock } from "#server/platform/db.ts";

const isOpen = (state: ImportState) => OPEN_STATES.some((open) => open === state);

/** Stops an import: what was submitted stays submitted, no further row is, and its file is gone. */
export const discardImport = command({
  name: "imports.discard",
  permission: "imports:run",
  at: "each",
  input: importIdInput,
  run: async (work, { id }): Promise<{ id: string }> => {
    const { tenantId } = work.caller;
    const locked = await lockOwnImport(work, id);
    if (!locked || locked.personId === null) throw new Refusal("import.not_found");
    if (!isOpen(locked.state)) throw new Refusal("import.not_open", { state: locked.state });
    await work.tx
      .$executeRaw`DELETE FROM import_chunks WHERE tenant_id = ${tenantId}::uuid AND import_id = ${id}::uuid`;
    await work.tx
      .$executeRaw`DELETE FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${id}::uuid AND problems IS NULL`;
    const set = { endedAt: await clock(work.tx), leasedUntil: null, fence: locked.fence + 1 };
    await moveImport(work, locked, { state: "STOPPED", event: "Stopped", set });
    return { id };
  },
});
