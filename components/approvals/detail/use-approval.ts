"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "#components/api/trpc.ts";
import type { AppRouter } from "#server/api/root.ts";

export type Detail = inferRouterOutputs<AppRouter>["approvals"]["detail"];

export function useApproval(id: string) {
  const trpc = useTRPC();
  return useQuery({ ...trpc.approvals.detail.queryOptions({ id }), staleTime: 5_000, refetchOnWindowFocus: true });
}
