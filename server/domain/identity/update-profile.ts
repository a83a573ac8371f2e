import { command } from "#server/domain/command.ts";
import { profileInput } from "#server/domain/identity/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** What a person says of themselves: name, language, time zone. Nobody else's row can be named. */
export const updateProfile = command({
  name: "profile.update",
  permission: null,
  at: "tenant",
  input: profileInput,
  run: async (work, after): Promise<{ changed: boolean }> => {
    const { tenantId, personId } = work.caller;
    if (!personId) throw new Refusal("person.not_found");
    const [member] = await work.tx.$queryRaw<{ id: string; version: number }[]>`
      SELECT id, version FROM memberships WHERE tenant_id = ${tenantId}::uuid AND person_id = ${personId}::uuid FOR UPDATE`;
    const [person] = await work.tx.$queryRaw<{ name: string; language: string | null; timeZone: string | null }[]>`
      SELECT name, locale AS language, time_zone AS "timeZone" FROM people WHERE id = ${personId}::uuid FOR UPDATE`;
    if (!member || !person) throw new Refusal("person.not_found");
    const changed = (["name", "language", "timeZone"] as const).filter((key) => person[key] !== after[key]);
    if (changed.length === 0) return { changed: false };
    const { name, language, timeZone } = after;
    await work.tx.person.update({ where: { id: personId }, data: { name, locale: language, timeZone } });
    const version = member.version + 1;
    await work.tx.membership.update({ where: { tenantId_id: { tenantId, id: member.id } }, data: { version } });
    const only = (of: typeof after | typeof person) => Object.fromEntries(changed.map((key) => [key, of[key]]));
    work.audit({
      class: "CHANGE",
      action: "profile.updated",
      targetType: "person",
      targetId: personId,
      scopeId: null,
      before: only(person),
      after: only(after),
    });
    work.emit({
      aggregateType: "PEOPLE",
      aggregateId: member.id,
      aggregateVersion: version,
      eventType: "UserUpdated",
      payload: { personId, changed },
    });
    return { changed: true };
  },
});
