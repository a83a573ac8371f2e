import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { OPEN_MAX, OPEN_STATES } from "#server/domain/imports/rules.ts";
import { uploadInput } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** An import of the caller's whose file is on its way. What they have open is counted under a lock, so that no two pass together. */
export const openUpload = command({
  name: "imports.openUpload",
  permission: "imports:run",
  at: "each",
  input: uploadInput,
  run: async (work, { fileName }): Promise<{ id: string }> => {
    const { tenantId, personId, within, requestId, correlationId } = work.caller;
    if (personId === null) throw new Refusal("access.denied", { permission: "imports:run" });
    await work.tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('imports ' || ${personId}::text, 0))`;
    const open = await work.tx.import.count({ where: { tenantId, personId, state: { in: [...OPEN_STATES] } } });
    if (open >= OPEN_MAX) throw new Refusal("import.too_many_open", { max: OPEN_MAX });
    const id = uuidv7();
    await work.tx.import.create({
      data: { tenantId, id, fileName, state: "UPLOADING", personId, withinId: within, requestId, correlationId },
    });
    work.audit({
      class: "CHANGE",
      action: "import.begun",
      targetType: "import",
      targetId: id,
      scopeId: within,
      before: null,
      after: { state: "UPLOADING", fileName },
    });
    work.emit({
      aggregateType: "IMPORTS",
      aggregateId: id,
      aggregateVersion: 1,
      eventType: "ImportBegun",
      payload: { fileName },
    });
    return { id };
  },
});
