import type { z } from "zod";
import { noteUse } from "#server/domain/access/record-uses.ts";
import type { Caller, Needed } from "#server/domain/caller.ts";
import { isBeyondToken, may, rootScope, scopesWhere } from "#server/domain/caller.ts";
import { asDenied, noteDenial } from "#server/domain/governance/record.ts";
import type { Governed } from "#server/domain/governance/schema.ts";
import { once } from "#server/domain/idempotency/replay.ts";
import { lacksProof, refuseUnproven } from "#server/domain/identity/require-proof.ts";
import type { Issue } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { transaction } from "#server/domain/transaction.ts";
import type { Work } from "#server/domain/work.ts";
import { env } from "#server/platform/env.ts";

/** Where a command acts: one scope of its input, the tenant itself, or each item by itself. */
type At<I> = "each" | "tenant" | ((input: I, caller: Caller) => string | null);

type StepUp<I> = true | ((input: I, caller: Caller) => boolean | Promise<boolean>);

interface Definition<S extends z.ZodType, O> {
  /** `noun.verb`: the operation in idempotency keys, logs and the registry. */
  readonly name: string;
  /** null: about the caller alone. `system`: the program itself, never a request. */
  readonly permission: Needed | "system" | null;
  readonly at: At<z.output<S>>;
  /** Notes itself which of several permissions it used, or leaves it to what it runs; else it is the first that is held. */
  readonly notesUse?: true;
  /** Asks a person in a session for a recent proof that it is still them: always, or for inputs of this kind. */
  readonly stepUp?: StepUp<z.output<S>>;
  readonly input: S;
  /** What it was allowed is kept with its explanation, in its commit; of some, only what came to enough. */
  readonly sensitive?: true | ((answer: O) => boolean);
  readonly run: (work: Work, input: z.output<S>) => Promise<O>;
}

export interface CommandOptions {
  /** Same key and input: same answer, one effect. */
  readonly key?: string | undefined;
  /** Told when the answer is a kept one. */
  readonly onReplay?: (() => void) | undefined;
  /** Everything but the commit; takes no key. */
  readonly dryRun?: boolean | undefined;
}

/** With a caller it opens a transaction of its own; with a work it joins the one that is open. */
export interface Command<S extends z.ZodType, O> {
  (work: Work, input: z.output<S>): Promise<O>;
  (caller: Caller, input: z.input<S>, options?: CommandOptions): Promise<O>;
  readonly definition: Definition<S, O>;
}

/** Every command by name: what the permission matrix and the route tests enumerate. */
export const commands = new Map<
  string,
  {
    readonly permission: Needed | "system" | null;
    readonly sensitive: boolean;
    readonly stepUp?: "always" | "sometimes";
  }
>();

export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues: Issue[] = parsed.error.issues
    .slice(0, 100)
    .map((i) => ({ path: i.path.join("."), code: i.code ?? "invalid", message: i.message }));
  throw new Refusal("input.invalid", {}, issues);
}

/** Of who holds it in no scope at all. A token is told of a place beyond its part what it is told of one that is not there (R11). */
export function deniedNowhere(caller: Caller, needed: Needed): Refusal {
  if (caller.lacksFactor) return new Refusal("session.second_factor_required");
  const anyOf = [needed].flat();
  const [permission = null] = anyOf;
  if (isBeyondToken(caller))
    return asDenied(new Refusal("org.not_found"), { permission, scopeId: caller.within, reason: "OUTSIDE", anyOf });
  return asDenied(new Refusal("access.denied", { permission }), {
    permission,
    scopeId: null,
    reason: "GRANTS",
    anyOf,
  });
}

/** The scopes in which the caller may do it; refused when there is none. */
function authorise<I>(caller: Caller, needed: Needed | "system" | null, at: At<I>, input: I): string[] {
  if (needed === null) return [];
  if (needed === "system") {
    if (caller.kind !== "SYSTEM") throw new Refusal("access.denied");
    return [];
  }
  if (caller.lacksFactor) throw new Refusal("session.second_factor_required");
  const anyOf = [needed].flat();
  const [permission = null] = anyOf;
  if (at === "each") {
    const scopes = scopesWhere(caller, needed);
    if (scopes.length === 0) throw deniedNowhere(caller, needed);
    return scopes;
  }
  const scopeId = at === "tenant" ? rootScope(caller) : at(input, caller);
  const scope = scopeId === null ? undefined : caller.access.scopes.get(scopeId);
  if (!scope) throw new Refusal("org.not_found");
  if (caller.within !== null && !scope.path.includes(caller.within))
    throw asDenied(new Refusal("org.not_found"), { permission, scopeId: scope.id, reason: "OUTSIDE", anyOf });
  if (!anyOf.some((p) => may(caller, p, scope.id)))
    throw asDenied(new Refusal("access.denied", { permission, scopeId: scope.id }), {
      permission,
      scopeId: scope.id,
      reason: "GRANTS",
      anyOf,
    });
  return [scope.id];
}

/** What a sensitive command was allowed, for the log. */
function allowed(operation: string, needed: Needed | "system" | null, scopes: readonly string[]): Governed {
  if (needed === null) return { outcome: "ALLOW", operation, permission: null, reason: "SELF", scopes };
  if (needed === "system") return { outcome: "ALLOW", operation, permission: null, reason: "PROGRAM", scopes };
  const anyOf = [needed].flat();
  return { outcome: "ALLOW", operation, permission: anyOf[0] ?? null, anyOf, reason: "GRANTS", scopes };
}

/** The same function, of whose refusals the denials are noted. */
export function noting<F extends Caller | { readonly caller: Caller }, R extends unknown[], O>(
  run: (first: F, ...rest: R) => Promise<O>,
  operation: string,
): (first: F, ...rest: R) => Promise<O> {
  return async (first, ...rest) => {
    try {
      return await run(first, ...rest);
    } catch (error) {
      noteDenial("caller" in first ? first.caller : first, operation, error);
      throw error;
    }
  };
}

/** The only way to write: parse → permission → recent proof? → BEGIN → replay? → run → record → COMMIT. */
export function command<S extends z.ZodType, O>(definition: Definition<S, O>): Command<S, O> {
  const { name, permission, at, notesUse, stepUp, input: schema, sensitive, run } = definition;
  // Hot reloading evaluates a module again; elsewhere a second definition is a mistake.
  if (commands.has(name) && env.APP_ENV !== "development") throw new Error(`two commands are named ${name}`);
  const asks = stepUp ? ({ stepUp: stepUp === true ? "always" : "sometimes" } as const) : {};
  commands.set(name, { permission, sensitive: sensitive !== undefined, ...asks });

  const joined = noting(async (work: Work, input: z.output<S>): Promise<O> => {
    const scopes = authorise(work.caller, permission, at, input);
    const answer = await run({ ...work, scopes }, input);
    if (permission !== null && permission !== "system" && !notesUse) noteUse(work.caller, permission);
    if (sensitive === true || sensitive?.(answer)) work.govern(allowed(name, permission, scopes));
    return answer;
  }, name);

  const opened = noting(async (caller: Caller, raw: unknown, options: CommandOptions): Promise<O> => {
    const input = parse(schema, raw);
    authorise(caller, permission, at, input); // before a connection is taken; a replay is checked too
    const { key, dryRun } = options;
    // Before a key is looked up: no refusal of this kind is kept, and the same request goes through after the proof.
    if (stepUp && !dryRun && lacksProof(caller) && (stepUp === true || (await stepUp(input, caller))))
      await refuseUnproven(caller);
    if (key === undefined || dryRun)
      return transaction(caller, (work) => joined(work, input), { dryRun: dryRun === true });
    const outcome = await transaction(caller, (work) => once(work, name, key, input, (inner) => joined(inner, input)));
    if (outcome.replayed) options.onReplay?.();
    if ("refusal" in outcome) throw outcome.refusal;
    return outcome.answer;
  }, name);

  const call = (first: Caller | Work, input: unknown, options: CommandOptions = {}) =>
    "tx" in first ? joined(first, input as z.output<S>) : opened(first, input, options);
  return Object.assign(call, { definition }) as Command<S, O>;
}
