"use client";

import { useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";

type Bulks = inferRouterOutputs<AppRouter>["bulks"];

/** Lets a draft run. Answers the id of the bulk. */
export function useStartBulk() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const start = useCommand<{ id: string; decision: Decision; comment?: string }, Bulks["start"]>((input, options) =>
    client.bulks.start.mutate(input, options),
  );

  async function run(id: string, decision: Decision, reason: string): Promise<string> {
    await start.run({ id, decision, comment: reason.trim() || undefined });
    void queryClient.invalidateQueries(trpc.bulks.list.queryFilter());
    return id;
  }
  return { run, isPending: start.isPending };
}
