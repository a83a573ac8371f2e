import type { z } from "zod";
import { as, router, signedIn, stranger } from "#server/api/trpc.ts";
import { parse } from "#server/domain/command.ts";
import { changePassword } from "#server/domain/identity/change-password.ts";
import { linkByToken } from "#server/domain/identity/find-link.ts";
import { reportSignIn } from "#server/domain/identity/report-sign-in.ts";
import { resetPassword } from "#server/domain/identity/reset-password.ts";
import type { changePasswordInput } from "#server/domain/identity/schema.ts";
import { linkInput, resetInput } from "#server/domain/identity/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";

type Link = z.input<typeof linkInput>;

/** None of these takes an idempotency key: what is kept for one would be made of a password. */
export const password = router({
  /** The cookie that asked is dead when the answer comes, and the answer brings its successor. */
  change: signedIn.input(as<z.input<typeof changePasswordInput>>()).mutation(async ({ ctx, input }) => {
    const from = { address: ctx.place.address, device: ctx.device().presented };
    const { token, ended } = await changePassword(ctx.caller, input, from);
    ctx.setSession(token);
    return { ended };
  }),
  /** What the page of a mailed link shows to whoever has it. Looking changes nothing: mail programs open links too. */
  resetLink: stranger.input(as<Link>()).query(async ({ input }) => {
    const link = await linkByToken(parse(linkInput, input).token, "RESET");
    if (!link) throw new Refusal("link.not_found");
    return { status: link.status, email: link.email, language: link.language };
  }),
  reset: stranger.input(as<z.input<typeof resetInput>>()).mutation(async ({ ctx, input }) => {
    const device = ctx.device();
    await resetPassword({ ...ctx.place, device, ...parse(resetInput, input) });
    ctx.setDevice(device);
    return { reset: true };
  }),
  signInLink: stranger.input(as<Link>()).query(async ({ input }) => {
    const link = await linkByToken(parse(linkInput, input).token, "NOT_ME");
    if (!link) throw new Refusal("link.not_found");
    const { status, language, session } = link;
    return { status, language, session: session && { ...session, createdAt: session.createdAt.toISOString() } };
  }),
  notMe: stranger.input(as<Link>()).mutation(async ({ ctx, input }) => {
    const { address, requestId } = ctx.place;
    return reportSignIn(parse(linkInput, input).token, { address, requestId });
  }),
});
