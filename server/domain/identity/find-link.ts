import type { Language } from "#server/domain/identity/rules.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { database } from "#server/platform/db.ts";

export type Purpose = "RESET" | "NOT_ME";

/** What a link to one's own account leads to, for whoever has it; it may be over. */
export interface AccountLink {
  readonly tenantId: string;
  readonly id: string;
  readonly personId: string;
  readonly email: string;
  readonly name: string;
  readonly language: Language | null;
  readonly status: "OPEN" | "USED" | "OVER";
  /** The sign-in that is doubted. */
  readonly session: { browser: string; os: string; address: string; createdAt: Date } | null;
}

/** The link behind a token, shown by the policy `own_link`; its session by the tenant that it names. */
export async function linkByToken(token: string, purpose: Purpose): Promise<AccountLink | null> {
  return database().client.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('app.token_hash', ${tokenHash(token)}, true)`;
    const [row] = await tx.$queryRaw<(Omit<AccountLink, "session"> & { sessionId: string | null })[]>`
      SELECT l.tenant_id AS "tenantId", l.id, l.person_id AS "personId", l.session_id AS "sessionId", p.email, p.name, p.locale AS language,
        CASE WHEN l.status = 'USED' THEN 'USED' WHEN l.status = 'OPEN' AND l.expires_at > clock_timestamp() THEN 'OPEN' ELSE 'OVER' END AS status
      FROM account_links l JOIN people p ON p.id = l.person_id AND p.disabled_at IS NULL
      WHERE l.token_hash = ${tokenHash(token)} AND l.purpose = ${purpose}`;
    if (!row) return null;
    const { sessionId, ...link } = row;
    await tx.$executeRaw`SELECT set_config('app.tenant_id', ${row.tenantId}, true)`;
    const [session] = await tx.$queryRaw<NonNullable<AccountLink["session"]>[]>`
      SELECT browser, os, address, created_at AS "createdAt" FROM user_sessions WHERE tenant_id = ${row.tenantId}::uuid AND id = ${sessionId}::uuid`;
    return { ...link, session: session ?? null };
  });
}
