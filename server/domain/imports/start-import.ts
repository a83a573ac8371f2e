import { command } from "#server/domain/command.ts";
import { lockOwnImport } from "#server/domain/imports/lock-import.ts";
import { moveImport } from "#server/domain/imports/move-import.ts";
import { startInput } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** Lets the good rows be submitted, as they were found; the bad ones are left out. */
export const startImport = command({
  name: "imports.start",
  permission: "imports:run",
  at: "each",
  input: startInput,
  run: async (work, { id, version }): Promise<{ id: string; version: number }> => {
    const { tenantId, requestId, correlationId } = work.caller;
    const locked = await lockOwnImport(work, id);
    if (!locked || locked.personId === null) throw new Refusal("import.not_found");
    const { state, total, bad } = locked;
    if (state !== "CHECKED") throw new Refusal("import.not_open", { state });
    if (locked.version !== version) throw new Refusal("import.stale", { version: locked.version });
    if (bad >= total) throw new Refusal("import.no_good_rows");
    const set = { fence: locked.fence + 1, leasedUntil: null, requestId, correlationId };
    await moveImport(work, locked, { state: "STAGED", event: "Started", set, facts: { total, bad } });
    work.wake({ task: "import", tenantId, id });
    return { id, version: version + 1 };
  },
});
