import type { z } from "zod";
import type { Caller, Needed } from "#server/domain/caller.ts";
import { may, rootScope, scopesWhere } from "#server/domain/caller.ts";
import { once } from "#server/domain/idempotency/replay.ts";
import type { Issue } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { transaction } from "#server/domain/transaction.ts";
import type { Work } from "#server/domain/work.ts";
import { env } from "#server/platform/env.ts";

/** Where a command acts: one scope of its input, the tenant itself, or each item by itself. */
type At<I> = "each" | "tenant" | ((input: I, caller: Caller) => string | null);

interface Definition<S extends z.ZodType, O> {
  /** `noun.verb`: the operation in idempotency keys, logs and the registry. */
  readonly name: string;
  /** null: about the caller alone. `system`: the program itself, never a request. */
  readonly permission: Needed | "system" | null;
  readonly at: At<z.output<S>>;
  readonly input: S;
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
export const commands = new Map<string, { readonly permission: Needed | "system" | null }>();

export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues: Issue[] = parsed.error.issues
    .slice(0, 100)
    .map((i) => ({ path: i.path.join("."), code: i.code ?? "invalid", message: i.message }));
  throw new Refusal("input.invalid", {}, issues);
}

/** The scopes in which the caller may do it; refused when there is none. */
function authorise<I>(caller: Caller, needed: Needed | "system" | null, at: At<I>, input: I): string[] {
  if (needed === null) return [];
  if (needed === "system") {
    if (caller.kind !== "SYSTEM") throw new Refusal("access.denied");
    return [];
  }
  const permission = [needed].flat()[0];
  if (at === "each") {
    const scopes = scopesWhere(caller, needed);
    if (scopes.length === 0) throw new Refusal("access.denied", { permission });
    return scopes;
  }
  const scopeId = at === "tenant" ? rootScope(caller) : at(input, caller);
  const scope = scopeId === null ? undefined : caller.access.scopes.get(scopeId);
  if (!scope || (caller.within !== null && !scope.path.includes(caller.within))) throw new Refusal("org.not_found");
  if (![needed].flat().some((p) => may(caller, p, scope.id)))
    throw new Refusal("access.denied", { permission, scopeId: scope.id });
  return [scope.id];
}

/** The only way to write: parse → permission → BEGIN → replay? → run → record → COMMIT. */
export function command<S extends z.ZodType, O>(definition: Definition<S, O>): Command<S, O> {
  const { name, permission, at, input: schema, run } = definition;
  // Hot reloading evaluates a module again; elsewhere a second definition is a mistake.
  if (commands.has(name) && env.APP_ENV !== "development") throw new Error(`two commands are named ${name}`);
  commands.set(name, { permission });

  const joined = async (work: Work, input: z.output<S>) =>
    run({ ...work, scopes: authorise(work.caller, permission, at, input) }, input);

  const opened = async (caller: Caller, raw: unknown, options: CommandOptions): Promise<O> => {
    const input = parse(schema, raw);
    authorise(caller, permission, at, input); // before a connection is taken; a replay is checked too
    const { key, dryRun } = options;
    if (key === undefined || dryRun)
      return transaction(caller, (work) => joined(work, input), { dryRun: dryRun === true });
    const outcome = await transaction(caller, (work) => once(work, name, key, input, (inner) => joined(inner, input)));
    if (outcome.replayed) options.onReplay?.();
    if ("refusal" in outcome) throw outcome.refusal;
    return outcome.answer;
  };

  const call = (first: Caller | Work, input: unknown, options: CommandOptions = {}) =>
    "tx" in first ? joined(first, input as z.output<S>) : opened(first, input, options);
  return Object.assign(call, { definition }) as Command<S, O>;
}
