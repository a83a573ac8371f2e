import { command } from "#server/domain/command.ts";
import { refuseWithoutPlatform } from "#server/domain/platform/queries.ts";
import { platformInput } from "#server/domain/platform/schema.ts";

/** Takes it away again. */
export const revokePlatform = command({
  name: "platform.revoke",
  permission: "system",
  at: "tenant",
  input: platformInput,
  sensitive: true,
  run: async (work, { personId, permission }): Promise<{ personId: string }> => {
    await refuseWithoutPlatform(work, "platform:grant");
    await work.tx.$executeRaw`
      DELETE FROM platform_assignments WHERE person_id = ${personId}::uuid AND permission = ${permission}`;
    work.audit({
      class: "SECURITY",
      action: "platform.revoked",
      targetType: "person",
      targetId: personId,
      scopeId: null,
      before: { permission },
      after: null,
    });
    return { personId };
  },
});
