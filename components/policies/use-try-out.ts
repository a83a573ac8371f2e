"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import type { Content } from "#components/policies/draft.ts";
import { useQuiet } from "#components/ui/use-quiet.ts";

const TRIED = 200;

/** The stages tried on the newest requests of the type, again whenever they were changed; null: not to be tried. */
export function useTryOut(type: string, stages: Content["stages"] | null) {
  const client = useTRPCClient();
  const asked = useQuiet(JSON.stringify(type.trim() && stages ? { type: type.trim(), stages, limit: TRIED } : null));
  const input = JSON.parse(asked);
  type Tried = Awaited<ReturnType<typeof client.policies.tryOut.mutate>>;
  return useQuery<Tried, ApiError>({
    queryKey: ["policies.tryOut", asked],
    queryFn: ({ signal }) => client.policies.tryOut.mutate(input, { signal }),
    enabled: input !== null,
    placeholderData: keepPreviousData,
  });
}

export type Tried = NonNullable<ReturnType<typeof useTryOut>["data"]>;
