import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { ALIVE, isOf } from "#server/domain/sessions/queries.ts";
import { SET_KEPT_HOURS, SET_MAX } from "#server/domain/sessions/rules.ts";
import { freezeInput } from "#server/domain/sessions/schema.ts";
import { Prisma } from "#server/platform/db.ts";

/** What ends if it is confirmed. */
interface Frozen {
  readonly id: string;
  readonly sessions: number;
  readonly people: number;
}

/**
 * Keeps which sessions a filter leaves now, the oldest of them where they are too many. What is confirmed, ended and looked
 * at again is this list: a use moves a session out of a filter, and not out of it.
 */
export const freezeSessions = command({
  name: "sessions.freeze",
  permission: "sessions:revoke",
  at: "tenant",
  input: freezeInput,
  run: async (work, { filter, own }): Promise<Frozen> => {
    const { tenantId, personId, sessionId } = work.caller;
    if (!personId) throw new Refusal("person.not_found");
    await work.tx.$executeRaw`
      DELETE FROM session_sets WHERE tenant_id = ${tenantId}::uuid AND created_at < clock_timestamp() - make_interval(hours => ${SET_KEPT_HOURS}::int)`;
    const id = uuidv7();
    const spared = own ? Prisma.sql`true` : Prisma.sql`s.id IS DISTINCT FROM ${sessionId}::uuid`;
    const [found] = await work.tx.$queryRaw<{ sessions: number; people: number }[]>`
      WITH found AS MATERIALIZED (
        SELECT s.id, s.person_id FROM user_sessions s WHERE s.tenant_id = ${tenantId}::uuid AND ${ALIVE} AND ${isOf(filter)} AND ${spared}
        ORDER BY s.id LIMIT ${SET_MAX}::int),
      kept AS (
        INSERT INTO session_sets (tenant_id, id, person_id, session_ids, created_at)
        SELECT ${tenantId}::uuid, ${id}::uuid, ${personId}::uuid, ARRAY(SELECT f.id FROM found f ORDER BY f.id), clock_timestamp())
      SELECT count(*)::int AS sessions, count(DISTINCT f.person_id)::int AS people FROM found f`;
    return { id, sessions: found?.sessions ?? 0, people: found?.people ?? 0 };
  },
});
