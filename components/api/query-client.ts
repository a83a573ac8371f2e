import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

interface Failure {
  data?: { httpStatus?: number; code?: string } | null;
}

const RETRIES = 2;

/**
 * Only what may pass by itself is asked again: no answer, 5xx, or a key whose first use is still running. A search has
 * been asked twice before it says that it is away, and is asked again later.
 */
export function mayPass(error: unknown): boolean {
  const { httpStatus, code } = (error as Failure).data ?? {};
  if (code?.startsWith("search.")) return false;
  return httpStatus === undefined || httpStatus >= 500 || code === "idempotency.in_progress";
}

export const isSignedOut = (error: unknown) => (error as Failure).data?.httpStatus === 401;

export function makeQueryClient(onError?: (error: unknown) => void): QueryClient {
  const retry = (failures: number, error: unknown) => failures < RETRIES && mayPass(error);
  const retryDelay = (failures: number) => 500 * 2 ** failures;
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry, retryDelay },
      // Without a network too: what waited unseen for one would be lost with its tab.
      mutations: { retry, retryDelay, networkMode: "always" },
    },
  });
}
