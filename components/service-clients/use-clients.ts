"use client";

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import type { ClientsView } from "#components/service-clients/view.ts";
import { CLIENTS_KEY, CLIENTS_PAGE, clientsAsked } from "#components/service-clients/view.ts";
import type { AppRouter } from "#server/api/root.ts";

type Outputs = inferRouterOutputs<AppRouter>["serviceClients"];
type Page = Outputs["list"];
export type ListedClient = Page["items"][number];
export type Client = Outputs["get"];
export type Token = Client["tokens"][number];
export type Issued = Outputs["issueToken"];

export function useClientPages(view: ClientsView) {
  const client = useTRPCClient();
  const asked = clientsAsked(view);
  return useInfiniteQuery<Page, ApiError, { pages: Page[] }, readonly unknown[], string | null>({
    queryKey: [CLIENTS_KEY, asked],
    queryFn: ({ pageParam, signal }) =>
      client.serviceClients.list.query(
        { ...asked, limit: CLIENTS_PAGE, ...(pageParam ? { after: pageParam } : {}) },
        { signal },
      ),
    initialPageParam: null,
    getNextPageParam: ({ next }) => next,
    placeholderData: (shown) => shown,
  });
}

/** All that shows service clients is read again. */
export function useClientsChanged(): () => void {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  return () => {
    void queryClient.invalidateQueries(trpc.serviceClients.pathFilter());
    void queryClient.invalidateQueries({ queryKey: [CLIENTS_KEY] });
  };
}
