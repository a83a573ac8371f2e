import Bowser from "bowser";
import { command } from "#server/domain/command.ts";
import { noteDevice } from "#server/domain/identity/note-device.ts";
import { systemCaller } from "#server/domain/identity/queries.ts";
import { sessionInput } from "#server/domain/identity/schema.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

/** From where, by what and for how long a session is opened. */
export interface Place {
  readonly address: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly idleMinutes: number;
  readonly absoluteHours: number;
  /** The browser by its device cookie: as it came, and what it becomes. Absent where no cookie is set. */
  readonly device?: Device | undefined;
}

export interface Device {
  readonly presented: string | null;
  readonly fresh: string;
}

/** The same as the database knows it. */
export const deviceHashes = ({ presented, fresh }: Device) => ({
  presented: presented === null ? null : tokenHash(presented),
  fresh: tokenHash(fresh),
});

/** A password that was proven may have been replaced since: its row is held until the session stands. */
async function refuseReplaced(work: Work, personId: string, changedAt: Date): Promise<void> {
  const [still] = await work.tx.$queryRaw<unknown[]>`
    SELECT 1 FROM credentials c JOIN people p ON p.id = c.person_id
    WHERE c.person_id = ${personId}::uuid AND c.changed_at = ${changedAt}::timestamptz AND p.frozen_at IS NULL FOR SHARE`;
  if (!still) throw new Refusal("password.changed");
}

/** What a browser says of itself; any bytes are survived. */
export function devicePartsOf(userAgent: string): { browser: string; os: string; deviceType: string } {
  const said = userAgent.replaceAll("\u0000", "").slice(0, 1000);
  if (!said) return { browser: "", os: "", deviceType: "" };
  const { browser, os, platform } = Bowser.parse(said);
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
  run: async (work, input): Promise<{ sessionId: string }> => {
    const { personId, tokenHash, userAgent, idleMinutes, absoluteHours } = input;
    const { tenantId, address } = work.caller;
    if (input.changedAt) await refuseReplaced(work, personId, input.changedAt);
    const id = uuidv7();
    const now = await clock(work.tx);
    const absolute = new Date(now.getTime() + absoluteHours * 3_600_000);
    const idle = new Date(Math.min(now.getTime() + idleMinutes * 60_000, absolute.getTime()));
    const facts = devicePartsOf(userAgent);
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
    if (input.device) await noteDevice(work, { personId, sessionId: id, device: input.device, ...facts, at: now });
    return { sessionId: id };
  },
});

/** A session of somebody whose right to it was just proven; answers the token, which nobody else ever sees. */
export async function beginSession(
  tenantId: string,
  person: { readonly id: string; readonly name: string },
  place: Place,
  changedAt?: Date,
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
    ...(changedAt ? { changedAt } : {}),
    ...(place.device ? { device: deviceHashes(place.device) } : {}),
  });
  return token;
}
