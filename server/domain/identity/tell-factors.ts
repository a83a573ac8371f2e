import { openNotMe } from "#server/domain/identity/open-not-me.ts";
import type { FactorChange } from "#server/domain/identity/rules.ts";
import { NOT_ME_DAYS } from "#server/domain/identity/rules.ts";
import { tellPerson } from "#server/domain/identity/tell-person.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

/**
 * Tells somebody what became of their factors in a session of theirs (ASVS 6.3.7), with a link that doubts that session.
 * What a passkey is called is left out: a stranger would write a sentence of their own into our mail.
 */
export async function tellFactorChanged(
  work: Work,
  { personId, sessionId, change }: { personId: string; sessionId: string; change: FactorChange },
): Promise<void> {
  const at = await clock(work.tx);
  await tellPerson(work, personId, {
    template: "factorChanged",
    data: { change, at, address: work.caller.address ?? "", days: NOT_ME_DAYS },
    secrets: { link: await openNotMe(work, { personId, sessionId, at }) },
  });
}

/** Tells somebody that whoever runs the installation took all of them away: no session of theirs did it. */
export async function tellFactorsReset(work: Work, personId: string): Promise<void> {
  await tellPerson(work, personId, {
    template: "factorsReset",
    data: { at: await clock(work.tx) },
    secrets: {},
  });
}
