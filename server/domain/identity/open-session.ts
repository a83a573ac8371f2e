import Bowser from "bowser";
import { command } from "#server/domain/command.ts";
import { sessionInput } from "#server/domain/identity/schema.ts";
import { uuidv7 } from "#server/domain/ids.ts";

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
  permission: null,
  at: "tenant",
  input: sessionInput,
  run: async (work, { personId, tokenHash, userAgent, idleMinutes, absoluteHours }): Promise<{ sessionId: string }> => {
    const { tenantId, address } = work.caller;
    const id = uuidv7();
    const now = new Date();
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
