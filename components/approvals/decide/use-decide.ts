"use client";

import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useSayFailure, useWhyAction } from "#components/api/failure.tsx";
import { useRefusalText } from "#components/api/refusal.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useRefreshRows } from "#components/approvals/decide/refresh-rows.ts";
import type { Changes } from "#components/approvals/list/list-cache.ts";
import { useApplyChanges } from "#components/approvals/list/list-cache.ts";
import type { Picked } from "#components/approvals/selection.ts";
import { toast } from "#components/ui/toast.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";

type SetResult = inferRouterOutputs<AppRouter>["approvals"]["decideSet"];

/** A decision that did not go through, with the reason that was written, is kept so long. */
const RETRY_MS = 60_000;

interface One extends Picked {
  readonly title: string;
}

/** Whether the same may go through the next time. */
function mayRetry({ data }: ApiError): boolean {
  return !data || data.httpStatus === 429 || data.httpStatus >= 500;
}

/**
 * Decides one. Answers whether it went through; a refusal is said, and the row is read again. With `again`, what may
 * go through the next time is offered for a minute.
 */
export function useDecideOne() {
  const t = useTranslations("decided");
  const errors = useTranslations("errors");
  const client = useTRPCClient();
  const apply = useApplyChanges();
  const refresh = useRefreshRows();
  const sayFailure = useSayFailure();
  const command = useCommand<{ id: string; decision: Decision; comment?: string; version: number }, Approval>(
    (input, options) => client.approvals.decide.mutate(input, options),
  );

  async function decide(one: One, decision: Decision, reason: string, again?: () => void): Promise<boolean> {
    const { id, title, contentVersion } = one;
    const comment = reason.trim() || undefined;
    try {
      const now = await command.run({ id, decision, comment, version: contentVersion });
      apply(new Map([[id, now]]));
      toast.success(now.state === "PENDING" ? t("recorded") : t(decision), { description: title });
      return true;
    } catch (error) {
      const refused = error as ApiError;
      const retry = again && mayRetry(refused) ? { label: errors("retry"), onClick: again } : undefined;
      sayFailure(refused, { description: title, action: retry, ...(retry && { duration: RETRY_MS }) });
      if (refused.data?.httpStatus === 409 || refused.data?.httpStatus === 404) await refresh([id]);
      return false;
    }
  }
  return { decide, isPending: command.isPending };
}

/** Each different refusal of a result in words, with how many met it and what one of them says, the most frequent first. */
export function useRefusalGroups() {
  const refusal = useRefusalText();
  return (results: SetResult["results"]) => {
    const refused = results.filter(({ outcome }) => outcome === "REFUSED");
    const groups = Map.groupBy(refused, ({ code, state, facts }) => refusal(code, { ...facts, state }));
    return [...groups]
      .map(([words, all]) => ({ words, count: all.length, code: all[0]?.code, facts: all[0]?.facts }))
      .sort((a, b) => b.count - a.count);
  };
}

/** Decides a picked set in one call and says what became of it. Throws what the call throws. */
export function useDecideSet() {
  const t = useTranslations("decided");
  const client = useTRPCClient();
  const apply = useApplyChanges();
  const refresh = useRefreshRows();
  const groupsOf = useRefusalGroups();
  const whyAction = useWhyAction();
  const command = useCommand<{ ids: string[]; versions: number[]; decision: Decision; comment?: string }, SetResult>(
    (input, options) => client.approvals.decideSet.mutate(input, options),
  );

  async function decide(rows: readonly Picked[], decision: Decision, reason: string): Promise<void> {
    const { decided, recorded, refused, results } = await command.run({
      ids: rows.map(({ id }) => id),
      versions: rows.map(({ contentVersion }) => contentVersion),
      decision,
      comment: reason.trim() || undefined,
    });
    const settled: Changes = new Map(
      results.flatMap(({ id, outcome, state }) =>
        outcome === "DECIDED" && state ? [[id, { state, stage: null }] as const] : [],
      ),
    );
    apply(settled);
    const groups = groupsOf(results);
    const lines = groups.map(({ words, count }) => t("refusedLine", { count, words }));
    const why = groups.map(({ code, facts }) => whyAction(code, facts)).find((action) => action !== null);
    const title = t("set", { decision, decided, recorded, refused });
    if (refused > 0) toast.warning(title, { description: lines.join("\n"), duration: 10_000, ...why });
    else toast.success(title);
    void refresh(results.filter(({ outcome }) => outcome !== "DECIDED").map(({ id }) => id));
  }
  return { decide, isPending: command.isPending };
}
