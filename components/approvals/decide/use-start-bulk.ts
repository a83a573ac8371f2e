"use client";

import { useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";

type Bulks = inferRouterOutputs<AppRouter>["bulks"];

/** Freezes picked ids where no draft was made yet, and lets the draft run. Answers the id of the bulk. */
export function useStartBulk() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const draft = useCommand<{ ids: string[] }, Bulks["draft"]>((input, options) =>
    client.bulks.draft.mutate(input, options),
  );
  const start = useCommand<{ id: string; decision: Decision; comment?: string }, Bulks["start"]>((input, options) =>
    client.bulks.start.mutate(input, options),
  );

  async function run(
    from: { draftId: string } | { ids: string[] },
    decision: Decision,
    reason: string,
  ): Promise<string> {
    const id = "draftId" in from ? from.draftId : (await draft.run({ ids: from.ids })).id;
    await start.run({ id, decision, comment: reason.trim() || undefined });
    void queryClient.invalidateQueries(trpc.bulks.list.queryFilter());
    return id;
  }
  return { run, isPending: draft.isPending || start.isPending };
}
