import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { deviceNameInput } from "#server/domain/sessions/schema.ts";

/** What the caller calls the device of a session of theirs; an empty name is the one that its browser gives it. */
export const nameSession = command({
  name: "sessions.name",
  permission: null,
  at: "tenant",
  input: deviceNameInput,
  run: async (work, { id, name }): Promise<{ id: string; name: string | null }> => {
    const { tenantId, personId } = work.caller;
    const wanted = name || null;
    const [known] = await work.tx.$queryRaw<{ name: string | null }[]>`
      SELECT device_name AS name FROM user_sessions WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND person_id = ${personId}::uuid FOR NO KEY UPDATE`;
    if (!known) throw new Refusal("session.not_found");
    if (known.name === wanted) return { id, name: wanted };
    await work.tx.userSession.update({ where: { tenantId_id: { tenantId, id } }, data: { deviceName: wanted } });
    work.audit({
      class: "CHANGE",
      action: "session.named",
      targetType: "session",
      targetId: id,
      scopeId: null,
      before: { name: known.name },
      after: { name: wanted },
    });
    return { id, name: wanted };
  },
});
