import { initTRPC, TRPCError } from "@trpc/server";
import type { Context } from "#server/api/context.ts";
import { limitCaller } from "#server/api/context.ts";
import { explain, TransportError } from "#server/api/errors.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { CommandOptions } from "#server/domain/command.ts";
import { logger } from "#server/platform/logger.ts";

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error, ctx }) {
    const { code, facts, issues } = explain(error);
    return {
      message: code,
      code: shape.code,
      data: { httpStatus: shape.data.httpStatus, code, facts, issues, requestId: ctx?.requestId ?? "" },
    };
  },
});

export const router = t.router;

/** Maps whatever a procedure threw, once for all of them. */
const mapped = t.procedure.use(async ({ next, ctx, path }) => {
  const result = await next();
  if (result.ok) return result;
  const explained = explain(result.error);
  const cause = result.error.cause ?? result.error;
  if (explained.unexpected) logger.error({ err: cause, path, requestId: ctx.requestId }, "a procedure failed");
  const mapped = new TRPCError({ code: explained.trpcCode, message: explained.code, cause });
  throw Object.assign(mapped, { digest: ctx.requestId }); // what the error screen of a page shows
});

/** For whoever is not known yet: so often a minute from one address. */
export const stranger = mapped.use(async ({ next, ctx, getRawInput }) => {
  ctx.limit();
  await getRawInput().catch(() => {
    throw new TransportError("request.malformed");
  });
  return next();
});

export const signedIn = mapped.use(async ({ next, ctx, getRawInput }) => {
  const caller = await ctx.caller();
  if (!caller) throw new TransportError("auth.required");
  await getRawInput().catch(() => {
    throw new TransportError("request.malformed");
  });
  return next({ ctx: { ...ctx, caller } });
});

/** The command or query parses its own input; transport only says of which type it is. */
export const as =
  <T>() =>
  (raw: unknown): T =>
    raw as T;

type Asked<I, O> = (caller: Caller, input: I) => Promise<O>;
type Done<I, O> = (caller: Caller, input: I, options?: CommandOptions) => Promise<O>;

/** A query, as a procedure. */
export function read<I, O>(query: Asked<I, O>) {
  return signedIn.input(as<I>()).query(({ ctx, input }) => query(ctx.caller, input as I));
}

/** A query whose input may be longer than an address: asked by POST. */
export function ask<I, O>(query: Asked<I, O>) {
  return signedIn.input(as<I>()).mutation(({ ctx, input }) => query(ctx.caller, input as I));
}

/** What changes something, or tries to, is counted by itself. */
export const writing = signedIn.use(({ next, ctx }) => {
  limitCaller("write", ctx.caller);
  return next();
});

/** A command, as a procedure: the request's Idempotency-Key goes with it. */
export function write<I, O>(command: Done<I, O>) {
  return writing
    .input(as<I>())
    .mutation(({ ctx, input }) => command(ctx.caller, input as I, { key: ctx.idempotencyKey, onReplay: ctx.onReplay }));
}

/** A command whose answer holds a secret: it takes no key, since a kept answer is a row. */
export function writeUnkept<I, O>(command: Done<I, O>) {
  return writing.input(as<I>()).mutation(({ ctx, input }) => command(ctx.caller, input as I));
}

/** A command's dry run: the same run, rolled back. */
export function tryOut<I, O>(command: Done<I, O>) {
  return writing.input(as<I>()).mutation(({ ctx, input }) => command(ctx.caller, input as I, { dryRun: true }));
}
