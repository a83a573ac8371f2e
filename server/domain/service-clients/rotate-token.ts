import { command } from "#server/domain/command.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { tokenEvent } from "#server/domain/service-clients/events.ts";
import type { IssuedToken } from "#server/domain/service-clients/issue-token.ts";
import { refuseBeyond, writeToken } from "#server/domain/service-clients/issue-token.ts";
import { daysAfter, tokenState } from "#server/domain/service-clients/rules.ts";
import { rotationInput } from "#server/domain/service-clients/schema.ts";
import { lockClient } from "#server/domain/service-clients/update-client.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

interface LockedToken {
  readonly clientId: string;
  readonly name: string;
  readonly permissions: string[] | null;
  readonly scopeId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly replacedBy: string | null;
  readonly version: number;
}

/** A token under its lock, behind that of its client; what is unknown is refused. */
export async function lockToken(work: Work, id: string): Promise<{ token: LockedToken; now: Date }> {
  const { tenantId } = work.caller;
  const known = await work.tx.serviceToken.findUnique({ where: { tenantId_id: { tenantId, id } } });
  if (!known) throw new Refusal("token.not_found");
  await lockClient(work, known.clientId);
  const [token] = await work.tx.$queryRaw<LockedToken[]>`
    SELECT client_id AS "clientId", name, permissions, scope_id AS "scopeId", created_at AS "createdAt", expires_at AS "expiresAt",
      last_used_at AS "lastUsedAt", revoked_at AS "revokedAt", replaced_by AS "replacedBy", version
    FROM service_tokens WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  if (!token) throw new Error("a token was there and is gone");
  return { token, now: await clock(work.tx) };
}

/**
 * A new token narrowed as the old one, which lives on for the overlap and not beyond its own end. Without an overlap the
 * old one is revoked, and so what runs in its name stops too: that is how one is replaced that somebody else has.
 */
export const rotateToken = command({
  name: "serviceClients.rotateToken",
  permission: "clients:write",
  at: "tenant",
  stepUp: true,
  input: rotationInput,
  sensitive: true,
  run: async (work, { id, days, overlapDays }): Promise<IssuedToken> => {
    const { tenantId, personId } = work.caller;
    const { token: old, now } = await lockToken(work, id);
    const state = tokenState(old, now);
    if (state !== "ACTIVE") throw new Refusal("token.ended", { state });
    const { clientId, name, permissions, scopeId } = old;
    await refuseBeyond(work, clientId, { permissions: permissions && new Set(permissions), scopeId });
    const made = await writeToken(work, { clientId, name, permissions, scopeId, days, replaces: id });
    const over = daysAfter(now, overlapDays);
    const expiresAt = over < old.expiresAt ? over : old.expiresAt;
    const isRevoked = overlapDays === 0;
    const version = old.version + 1;
    await work.tx.$executeRaw`
      UPDATE service_tokens SET expires_at = ${expiresAt}, replaced_by = ${made.id}::uuid, version = ${isRevoked ? version + 1 : version},
        revoked_at = ${isRevoked ? now : null}::timestamptz, revoked_by = ${isRevoked ? personId : null}::uuid
      WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    work.audit({
      class: "CHANGE",
      action: "token.replaced",
      targetType: "token",
      targetId: id,
      scopeId: null,
      before: { expiresAt: old.expiresAt },
      after: { expiresAt, replacedBy: made.id, ...(isRevoked ? { state: "REVOKED" } : {}) },
      at: now,
    });
    work.emit(tokenEvent("ServiceTokenReplaced", { id, version, clientId }, now));
    if (isRevoked) work.emit(tokenEvent("ServiceTokenRevoked", { id, version: version + 1, clientId }, now));
    return made;
  },
});
