import { callerOfRequest, checkOrigin, limitCaller, limitStranger, requestFacts } from "#server/api/context.ts";
import { explain, TransportError } from "#server/api/errors.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import { logger } from "#server/platform/logger.ts";

/** A form cannot read a status: what the command answered, or why it refused. */
export type ActionResult<O> =
  | { readonly ok: true; readonly answer: O }
  | {
      readonly ok: false;
      readonly code: string;
      readonly facts: Readonly<Record<string, unknown>>;
      readonly httpStatus: number;
      readonly requestId: string;
    };

function refused(error: unknown, requestId: string): ActionResult<never> {
  const { code, facts, status, unexpected } = explain(error);
  if (unexpected) logger.error({ err: error, requestId }, "an action failed");
  return { ok: false, code, facts, httpStatus: status, requestId };
}

/**
 * A server action is one more way in, with the checks of the others: from this site, by a live session, within its
 * rate. The command parses what was sent and asks for the permission.
 */
export async function runAction<O>(
  headers: Headers,
  command: (caller: Caller, input: never) => Promise<O>,
  input: unknown,
): Promise<ActionResult<O>> {
  const facts = requestFacts(headers);
  try {
    checkOrigin({ method: "POST", headers });
    const caller = await callerOfRequest(headers, facts);
    if (!caller) throw new TransportError("auth.required");
    limitCaller("write", caller);
    return { ok: true, answer: await command(caller, input as never) };
  } catch (error) {
    return refused(error, facts.requestId);
  }
}

/** The same for whoever is not known yet: so often a minute from one address, as this action asks for. */
export async function runStrangerAction<O>(
  headers: Headers,
  limit: (facts: RequestFacts) => unknown,
  run: (input: never, facts: RequestFacts) => Promise<O>,
  input: unknown,
): Promise<ActionResult<O>> {
  const facts = requestFacts(headers);
  try {
    checkOrigin({ method: "POST", headers });
    limitStranger(facts);
    limit(facts);
    return { ok: true, answer: await run(input as never, facts) };
  } catch (error) {
    return refused(error, facts.requestId);
  }
}
