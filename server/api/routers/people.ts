import type { z } from "zod";
import { as, read, router, stranger, write } from "#server/api/trpc.ts";
import { parse } from "#server/domain/command.ts";
import { acceptInvitation } from "#server/domain/people/accept-invitation.ts";
import { getPerson, invitationByToken, listInvitations, listPeople } from "#server/domain/people/queries.ts";
import { tokenInput, welcomeInput } from "#server/domain/people/schema.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { withdrawInvitation } from "#server/domain/people/withdraw-invitation.ts";
import { Refusal } from "#server/domain/refusals.ts";

export const people = router({
  list: read(listPeople),
  get: read(getPerson),
  setStatus: write(setMemberStatus),
  invitations: read(listInvitations),
  withdraw: write(withdrawInvitation),
  /** What the page of an invitation shows to whoever has its link. */
  invitation: stranger.input(as<z.input<typeof tokenInput>>()).query(async ({ ctx, input }) => {
    const found = await invitationByToken(parse(tokenInput, input).token);
    if (!found) throw new Refusal("invitation.not_found");
    const { tenant, email, name, language, personId } = found;
    const yours = personId !== null && (await ctx.caller())?.personId === personId;
    return { tenant, email, name, language, known: personId !== null, yours };
  }),
  /** A membership, and a session in its tenant: the one that the browser had ends. */
  accept: stranger.input(as<z.input<typeof welcomeInput>>()).mutation(async ({ ctx, input }) => {
    const { token, name, password, language } = parse(welcomeInput, input);
    const before = await ctx.caller();
    const device = ctx.device();
    const session = await acceptInvitation({ ...ctx.place, device, token, name, password, language, before });
    if (session.token !== null) {
      ctx.setDevice(device);
      ctx.setSession(session.token);
    }
    return { accepted: true };
  }),
});
