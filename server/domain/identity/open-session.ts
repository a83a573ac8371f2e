import Bowser from "bowser";
import { command } from "#server/domain/command.ts";
import { systemCaller } from "#server/domain/identity/queries.ts";
import { sessionInput } from "#server/domain/identity/schema.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { clock } from "#server/platform/db.ts";

/** From where, by what and for how long a session is opened. */
export interface Place {
  readonly address: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly idleMinutes: number;
  readonly absoluteHours: number;
}

function device(userAgent: string): { browser: string; os: string; deviceType: string } {
  if (!userAgent) return { browser: "", os: "", deviceType: "" };
  const { browser, os, platform } = Bowser.parse(userAgent);
  return {
    browser: [browser.name, browser.version].filter(Boolean).join(" ").slice(0, 200),
    os: (os.name ?? "").slice(0, 200),
    deviceType: (platform.type ?? "").slice(0, 200),
  };
}

/** A session row for a token that only the browser has; the database knows its SHA-256 (S1). */
export const openSession = command({
  name: "sessions.open",
  permission: "system",
  at: "tenant",
  input: sessionInput,
  run: async (work, { personId, tokenHash, userAgent, idleMinutes, absoluteHours }): Promise<{ sessionId: string }> => {
    const { tenantId, address } = work.caller;
    const id = uuidv7();
    const now = await clock(work.tx);
    const absolute = new Date(now.getTime() + absoluteHours * 3_600_000);
    const idle = new Date(Math.min(now.getTime() + idleMinutes * 60_000, absolute.getTime()));
    const facts = device(userAgent.replaceAll("\u0000", ""));
    await work.tx.userSession.create({
      data: {
        tenantId,
        id,
        personId,
        tokenHash,
        ...facts,
        address: address ?? "",
        createdAt: now,
        lastSeenAt: now,
        idleExpiresAt: idle,
        absoluteExpiresAt: absolute,
      },
    });
    work.audit({
      class: "SECURITY",
      action: "session.opened",
      targetType: "session",
      targetId: id,
      scopeId: null,
      before: null,
      after: { personId, ...facts },
      at: now,
    });
    return { sessionId: id };
  },
});

/** A session of somebody whose right to it was just proven; answers the token, which nobody else ever sees. */
export async function beginSession(
  tenantId: string,
  person: { readonly id: string; readonly name: string },
  place: Place,
): Promise<string> {
  const { address, requestId, idleMinutes, absoluteHours } = place;
  const caller = await systemCaller(tenantId, { personId: person.id, name: person.name, address, requestId });
  const token = newToken();
  await openSession(caller, {
    personId: person.id,
    tokenHash: tokenHash(token),
    userAgent: place.userAgent.slice(0, 1000),
    idleMinutes,
    absoluteHours,
  });
  return token;
}
