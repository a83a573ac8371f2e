import { tellPerson } from "#server/domain/identity/tell-person.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

/** Tells somebody that their password is another: whoever did not do it learns of it, and how to take it back. */
export async function tellPasswordChanged(work: Work, personId: string): Promise<void> {
  await tellPerson(work, personId, {
    template: "passwordChanged",
    data: { at: await clock(work.tx), address: work.caller.address ?? "" },
    secrets: {},
  });
}
