"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { AuditFilter } from "#components/audit/view.ts";
import { AUDIT_KEY, AUDIT_PAGE } from "#components/audit/view.ts";
import type { AppRouter } from "#server/api/root.ts";

type Outputs = inferRouterOutputs<AppRouter>["audit"];
type Page = Outputs["list"];
export type AuditEntry = Page["items"][number];
export type AuditEntryDetail = Outputs["get"];

/** The entries that a filter leaves, the newest first, page by page. */
export function useAuditPages(filter: AuditFilter) {
  const client = useTRPCClient();
  return useInfiniteQuery(
    infiniteQueryOptions<Page, ApiError, InfiniteData<Page, string | null>, QueryKey, string | null>({
      queryKey: [AUDIT_KEY, filter],
      queryFn: ({ pageParam, signal }) =>
        client.audit.list.query({ filter, limit: AUDIT_PAGE, cursor: pageParam }, { signal }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
}

/** An entry never changes: what was read once is kept. */
export function useAuditEntry(id: string) {
  const trpc = useTRPC();
  return useQuery({ ...trpc.audit.get.queryOptions({ id }), staleTime: Number.POSITIVE_INFINITY });
}

export function useAuditChoices() {
  const trpc = useTRPC();
  return useQuery(trpc.audit.choices.queryOptions({})).data;
}
