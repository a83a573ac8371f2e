import { command } from "#server/domain/command.ts";
import { refuseWithoutPlatform } from "#server/domain/platform/queries.ts";
import { platformInput } from "#server/domain/platform/schema.ts";

/** Lets a person run a part of the installation; said in the audit of each tenant of theirs, as a block is. */
export const grantPlatform = command({
  name: "platform.grant",
  permission: "system",
  at: "tenant",
  input: platformInput,
  sensitive: true,
  run: async (work, { personId, permission }): Promise<{ personId: string }> => {
    await refuseWithoutPlatform(work, "platform:grant");
    await work.tx.$executeRaw`
      INSERT INTO platform_assignments (person_id, permission, granted_by) VALUES (${personId}::uuid, ${permission}, ${work.caller.personId}::uuid)
      ON CONFLICT DO NOTHING`;
    work.audit({
      class: "SECURITY",
      action: "platform.granted",
      targetType: "person",
      targetId: personId,
      scopeId: null,
      before: null,
      after: { permission },
    });
    return { personId };
  },
});
