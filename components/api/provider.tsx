"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpLink, splitLink } from "@trpc/client";
import { useState } from "react";
import { LazyStepUp } from "#components/api/lazy-step-up.tsx";
import { leaveToSignIn } from "#components/api/leave.ts";
import { isSignedOut, makeQueryClient } from "#components/api/query-client.ts";
import { TRPCProvider } from "#components/api/trpc.ts";
import type { AppRouter } from "#server/api/root.ts";

const URL = "/api/trpc";

const leaveWhenSignedOut = (error: unknown) => void (isSignedOut(error) && leaveToSignIn());

function makeClient() {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === "mutation",
        true: httpLink({
          url: URL,
          headers: ({ op }) => {
            const key = op.context.idempotencyKey;
            return typeof key === "string" ? { "Idempotency-Key": key } : {};
          },
        }),
        false: httpBatchLink({ url: URL, maxItems: 20, maxURLLength: 8000 }),
      }),
    ],
  });
}

export function ApiProvider({ children }: { children: React.ReactNode }) {
  const [queryClient] = useState(() => makeQueryClient(leaveWhenSignedOut));
  const [trpcClient] = useState(makeClient);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
        <LazyStepUp />
      </TRPCProvider>
    </QueryClientProvider>
  );
}
