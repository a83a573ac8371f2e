import { openNotMe } from "#server/domain/identity/open-not-me.ts";
import { DEVICE_DAYS, DEVICES_MAX, NOT_ME_DAYS, source } from "#server/domain/identity/rules.ts";
import { tellPerson } from "#server/domain/identity/tell-person.ts";
import type { Work } from "#server/domain/work.ts";

interface Hashes {
  readonly presented: string | null;
  readonly fresh: string;
}

interface Signed {
  readonly personId: string;
  readonly sessionId: string;
  readonly device: Hashes;
  readonly browser: string;
  readonly os: string;
  readonly at: Date;
}

/** A new version of a browser is the same browser. */
const named = (browser: string) => browser.replace(/\s[\d.]+$/, "");

/**
 * Remembers the browser that somebody signed in with. Its cookie is another after each sign-in, for all who use that
 * browser, so that a copy of one is soon worth nothing; one that nobody had is never taken over. Answers whether it is
 * known, or stands where one like it was before (a private window, a cleared browser); null for the very first.
 */
export async function rememberDevice(
  work: Work,
  { personId, device, browser, os, at }: Omit<Signed, "sessionId">,
): Promise<{ known: boolean } | null> {
  const { tx } = work;
  const { presented, fresh } = device;
  const [name, from] = [named(browser), source(work.caller.address ?? "")];
  await tx.$executeRaw`UPDATE known_devices SET device_hash = ${fresh} WHERE device_hash = ${presented}`;
  const [seen] = await tx.$queryRaw<{ all: number; known: boolean }[]>`
    SELECT count(*)::int AS all, coalesce(bool_or(device_hash = ${fresh} OR (browser = ${name} AND os = ${os} AND source = ${from})), false) AS known
    FROM known_devices WHERE person_id = ${personId}::uuid AND last_seen_at > ${at}::timestamptz - make_interval(days => ${DEVICE_DAYS}::int)`;
  await tx.$executeRaw`
    INSERT INTO known_devices (person_id, device_hash, browser, os, source, first_seen_at, last_seen_at)
    VALUES (${personId}::uuid, ${fresh}, ${name}, ${os}, ${from}, ${at}::timestamptz, ${at}::timestamptz)
    ON CONFLICT (person_id, device_hash) DO UPDATE SET browser = excluded.browser, os = excluded.os, source = excluded.source, last_seen_at = excluded.last_seen_at`;
  await tx.$executeRaw`
    DELETE FROM known_devices WHERE person_id = ${personId}::uuid AND device_hash IN (
      SELECT device_hash FROM known_devices WHERE person_id = ${personId}::uuid ORDER BY last_seen_at DESC OFFSET ${DEVICES_MAX}::int)`;
  return seen && seen.all > 0 ? { known: seen.known } : null;
}

/** Tells the owner of a sign-in from a device that was not seen before, with a link that takes it back. */
export async function noteDevice(work: Work, signed: Signed): Promise<void> {
  const { personId, sessionId, browser, os, at } = signed;
  const before = await rememberDevice(work, signed);
  if (before === null || before.known) return;
  await tellPerson(work, personId, {
    template: "newDevice",
    data: { browser, os, address: work.caller.address ?? "", at, days: NOT_ME_DAYS },
    secrets: { link: await openNotMe(work, { personId, sessionId, at }) },
  });
}
