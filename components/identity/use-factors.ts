"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useRouter } from "next/navigation";
import { useTRPC } from "#components/api/trpc.ts";
import type { AppRouter } from "#server/api/root.ts";

export type Factors = inferRouterOutputs<AppRouter>["factors"]["list"];
export type Enrolment = inferRouterOutputs<AppRouter>["factors"]["beginTotp"];

/** What one has beside a password. */
export function useFactors() {
  return useQuery(useTRPC().factors.list.queryOptions({}));
}

/** Asks again how it stands, after a change of it; what one may where a factor is demanded is asked too. */
export function useFactorsChanged() {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  return () => {
    void queryClient.invalidateQueries(trpc.factors.list.queryFilter());
    router.refresh();
  };
}
