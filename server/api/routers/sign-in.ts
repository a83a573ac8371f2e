import type { z } from "zod";
import type { Context } from "#server/api/context.ts";
import { limitSignIn } from "#server/api/context.ts";
import { as, router, stranger } from "#server/api/trpc.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import type { codeInput, passkeySignInInput } from "#server/domain/identity/schema.ts";
import { passkeyOptions, signInWithPasskey } from "#server/domain/identity/sign-in-with-passkey.ts";
import { takeSecondStep } from "#server/domain/identity/take-second-step.ts";

/** Each try costs what a password does, and has its door. */
const counted = stranger.use(({ next, ctx }) => {
  limitSignIn(ctx.place);
  return next();
});

/** The browser is somebody's from now on; the cookie of before is worth nothing. */
async function enter(ctx: Context, admit: (place: Place) => Promise<{ token: string }>) {
  const device = ctx.device();
  const { token } = await admit({ ...ctx.place, device, replaces: await ctx.caller() });
  ctx.setDevice(device);
  ctx.setSession(token);
  ctx.setChallenge(null);
  return { signedIn: true };
}

/** What follows a right password, or takes its place. */
export const signIn = router({
  secondStep: counted
    .input(as<z.input<typeof codeInput>>())
    .mutation(async ({ ctx, input }) => enter(ctx, (place) => takeSecondStep(ctx.challenge ?? "", input, place))),
  passkeyOptions: counted.input(as<Record<string, never>>()).mutation(({ ctx }) => passkeyOptions(ctx.place)),
  passkey: counted
    .input(as<z.input<typeof passkeySignInInput>>())
    .mutation(async ({ ctx, input }) => enter(ctx, (place) => signInWithPasskey(input, place))),
});
