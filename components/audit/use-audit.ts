"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { AuditView } from "#components/audit/view.ts";
import { AUDIT_KEY, AUDIT_PAGE, auditAsked, auditNarrowed } from "#components/audit/view.ts";
import type { Found, FoundList } from "#components/search/use-found-pages.ts";
import type { AppRouter } from "#server/api/root.ts";
import { allOf, anyOf } from "#server/domain/search/rules.ts";

type Outputs = inferRouterOutputs<AppRouter>["audit"];
export type AuditEntry = Found<Outputs["list"]["items"][number]>;
export type AuditEntryDetail = Outputs["get"];

/** The entries of a view, the newest first. */
export function useAuditEntries(view: AuditView): FoundList<AuditEntry> {
  const client = useTRPCClient();
  const { words, filter } = auditAsked(view);
  const { filters, chosen } = auditNarrowed(view);
  const facets = Object.entries(chosen).map(([name, values]) => anyOf(name, values));
  return {
    queryKey: [AUDIT_KEY, { words, filter }],
    search: { collection: "audit", words, filters: allOf(filters, ...facets), order: "at:desc" },
    limit: AUDIT_PAGE,
    list: async ({ cursor, limit }, signal) => {
      const { items, nextCursor } = await client.audit.list.query({ filter, limit, cursor }, { signal });
      return { items, next: nextCursor };
    },
    byIds: async (ids, signal) => (await client.audit.list.query({ filter, ids, limit: ids.length }, { signal })).items,
  };
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
