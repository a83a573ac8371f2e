"use client";

import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useEffect, useRef } from "react";
import { useSayFailure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { LIST_KEY } from "#components/approvals/view.ts";
import { IMPORTS_KEY, IMPORTS_PAGE } from "#components/imports/view.ts";
import type { AppRouter } from "#server/api/root.ts";
import { isRunning } from "#server/domain/imports/rules.ts";

type Outputs = inferRouterOutputs<AppRouter>["imports"];
export type Import = Outputs["get"];
export type BadRow = Outputs["problems"]["items"][number];

const RUNNING_MS = 500;
const UPLOADING_MS = 2_000;
const LIST_MS = 2_000;
const BAD_SIZE = 100;

const pace = ({ state }: Import) => (isRunning(state) ? RUNNING_MS : state === "UPLOADING" ? UPLOADING_MS : false);

/** An import, asked again twice a second while a worker is at it. When that ends, what lists hold of it is asked again too. */
export function useImport(id: string) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const query = useQuery({
    ...trpc.imports.get.queryOptions({ id }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data ? pace(state.data) : false),
  });
  const state = query.data?.state;
  const before = useRef(state);
  useEffect(() => {
    const ended = before.current !== undefined && state !== before.current;
    before.current = state;
    if (!ended) return;
    void queryClient.invalidateQueries({ queryKey: [IMPORTS_KEY] });
    if (state !== "SUBMITTED") return;
    void queryClient.invalidateQueries(trpc.approvals.count.queryFilter());
    queryClient.removeQueries({ queryKey: LIST_KEY, type: "inactive" });
  }, [state, queryClient, trpc]);
  return query;
}

type Page = Outputs["list"];

/** Imports, the newest first; the first page follows what a worker is at. */
export function useImports() {
  const client = useTRPCClient();
  return useInfiniteQuery({
    ...infiniteQueryOptions<Page, ApiError, InfiniteData<Page, string | null>, QueryKey, string | null>({
      queryKey: [IMPORTS_KEY],
      queryFn: ({ pageParam, signal }) =>
        client.imports.list.query({ before: pageParam, limit: IMPORTS_PAGE }, { signal }),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
    }),
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((item) => pace(item) !== false)) ? LIST_MS : false,
  });
}

/** The rows that were refused, in the order of the file, at a version of the import: checked again, they are others. */
export function useBadRows(id: string, version: number) {
  const client = useTRPCClient();
  return useInfiniteQuery(
    infiniteQueryOptions<
      Outputs["problems"],
      ApiError,
      InfiniteData<Outputs["problems"], number | null>,
      QueryKey,
      number | null
    >({
      queryKey: ["imports.problems", id, version],
      queryFn: ({ pageParam, signal }) =>
        client.imports.problems.query({ id, after: pageParam ?? 0, limit: BAD_SIZE }, { signal }),
      initialPageParam: null,
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
  );
}

type Step = "start" | "discard";

/** Goes on with an import, or stops it; a refusal is said, and what stands is asked again. */
export function useImportStep(step: Step, id: string) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const sayFailure = useSayFailure();
  const command = useCommand<{ id: string; version: number }, unknown>((input, options) =>
    step === "start"
      ? client.imports.start.mutate(input, options)
      : client.imports.discard.mutate({ id: input.id }, options),
  );
  const run = async (version: number): Promise<boolean> => {
    try {
      await command.run({ id, version });
      return true;
    } catch (error) {
      sayFailure(error as ApiError);
      return false;
    } finally {
      await queryClient.invalidateQueries(trpc.imports.get.queryFilter({ id }));
      void queryClient.invalidateQueries({ queryKey: [IMPORTS_KEY] });
    }
  };
  return { run, isPending: command.isPending };
}
