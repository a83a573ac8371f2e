"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import type { Picked } from "#components/approvals/selection.ts";
import type { Filter } from "#components/approvals/view.ts";
import { wordsOf } from "#components/approvals/view.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";
import { needsReason } from "#server/domain/approvals/rules.ts";

type Outputs = inferRouterOutputs<AppRouter>;

/** What is to be decided: rows that were picked, or all that a filter matches but some. */
export type Target =
  | { readonly kind: "rows"; readonly rows: readonly Picked[] }
  | { readonly kind: "matching"; readonly filter: Filter; readonly except: readonly string[] };

export type Preview =
  | { readonly kind: "rows"; readonly result: Outputs["approvals"]["dryRun"] }
  | { readonly kind: "draft"; readonly draft: Outputs["bulks"]["draft"] };

/** So many are decided while one waits; more run as a bulk with an address of its own. */
export const AT_ONCE_MAX = 50;

/** Stands in for the reason that is still to be written; a dry run keeps nothing. */
export const UNWRITTEN = "…";

/** What is to be decided, asked once when the dialog opens: a dry run of a few rows, or a frozen draft of many. */
export function usePreview(target: Target, decision: Decision, opening: string) {
  const client = useTRPCClient();
  return useQuery<Preview, ApiError>({
    queryKey: ["preview", opening],
    queryFn: async (): Promise<Preview> => {
      const context = { idempotencyKey: `draft-${opening}` };
      if (target.kind === "matching") {
        const { words, rest: filter } = wordsOf(target.filter);
        const matching = { filter, except: [...target.except], ...(words === null ? {} : { search: words }) };
        return { kind: "draft", draft: await client.bulks.draft.mutate(matching, { context }) };
      }
      const ids = target.rows.map(({ id }) => id);
      if (ids.length > AT_ONCE_MAX)
        return { kind: "draft", draft: await client.bulks.draft.mutate({ ids }, { context }) };
      const versions = target.rows.map(({ contentVersion }) => contentVersion);
      const comment = needsReason(decision) ? UNWRITTEN : undefined;
      return { kind: "rows", result: await client.approvals.dryRun.mutate({ ids, versions, decision, comment }) };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}
