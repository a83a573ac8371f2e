import type { z } from "zod";
import { noteUse } from "#server/domain/access/record-uses.ts";
import type { Caller, Needed } from "#server/domain/caller.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { deniedNowhere, noting, parse } from "#server/domain/command.ts";
import type { Transaction } from "#server/platform/db.ts";
import { inTenant } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";

/** An open read: what the caller may see, and nothing else. */
export interface Read {
  readonly caller: Caller;
  readonly tx: Transaction;
  /** The scopes in which the caller holds the query's permission: every statement filters by them. */
  readonly scopes: readonly string[];
}

interface Definition<S extends z.ZodType, O> {
  readonly name: string;
  /** null: about the caller alone. */
  readonly permission: Needed | null;
  readonly input: S;
  readonly run: (read: Read, input: z.output<S>) => Promise<O>;
}

export interface Query<S extends z.ZodType, O> {
  /** Inside a command or another query, on its transaction. */
  (open: { readonly caller: Caller; readonly tx: Transaction }, input: z.output<S>): Promise<O>;
  (caller: Caller, input: z.input<S>): Promise<O>;
  readonly definition: Definition<S, O>;
}

export const queries = new Map<string, { readonly permission: Needed | null }>();

/** The only way to read tenant data. */
export function query<S extends z.ZodType, O>(definition: Definition<S, O>): Query<S, O> {
  const { name, permission, input: schema, run } = definition;
  // Hot reloading evaluates a module again; elsewhere a second definition is a mistake.
  if (queries.has(name) && env.APP_ENV !== "development") throw new Error(`two queries are named ${name}`);
  queries.set(name, { permission });

  // Who only looks at what could be changed has not used what would let them change it.
  const reads = [permission ?? []].flat().filter((one) => one.endsWith(":read"));
  const reachable = (caller: Caller): string[] => {
    if (permission === null) return [];
    const scopes = scopesWhere(caller, permission);
    if (scopes.length === 0) throw deniedNowhere(caller, permission);
    if (reads.length > 0) noteUse(caller, reads.length === 1 && reads[0] ? reads[0] : reads);
    return scopes;
  };

  const call = async (first: Caller | { caller: Caller; tx: Transaction }, raw: unknown) => {
    if ("tx" in first)
      return run({ caller: first.caller, tx: first.tx, scopes: reachable(first.caller) }, raw as z.output<S>);
    const input = parse(schema, raw);
    const scopes = reachable(first);
    return inTenant(first.tenantId, (tx) => run({ caller: first, tx, scopes }, input));
  };
  return Object.assign(noting(call, name), { definition }) as Query<S, O>;
}
