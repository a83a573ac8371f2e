"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import type { MapInput } from "#components/imports/columns/map-draft.ts";

const QUIET_MS = 300;

/** A value once it has been left alone for a moment. */
function useQuiet(value: string): string {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return quiet;
}

/** The first rows under a map, again whenever it was changed; the rows of before stay until then. Null: not to be asked. */
export function usePreview(id: string, map: MapInput | null) {
  const client = useTRPCClient();
  const asked = useQuiet(JSON.stringify(map));
  type Answer = Awaited<ReturnType<typeof client.imports.preview.mutate>>;
  return useQuery<Answer, ApiError>({
    queryKey: ["imports.preview", id, asked],
    queryFn: ({ signal }) => client.imports.preview.mutate({ id, map: JSON.parse(asked) }, { signal }),
    enabled: asked !== "null",
    placeholderData: keepPreviousData,
  });
}
