"use client";

import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { withProof } from "#components/api/step-up.ts";
import type { ApiError } from "#components/api/trpc.ts";

interface Sent<I> {
  readonly input: I;
  readonly key: string;
}

type Send<I, O> = (input: I, options: { context: { idempotencyKey: string } }) => Promise<O>;

/** Works without a secure context too, where `crypto.randomUUID` is missing. */
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

/**
 * A write with one Idempotency-Key per intent: an automatic retry, and the same input sent again after a failure,
 * are the same request to the server. So is what waits for somebody to confirm that it is them.
 */
export function useCommand<I, O>(send: Send<I, O>) {
  const open = useRef(new Map<string, string>());
  const mutation = useMutation<O, ApiError, Sent<I>>({
    mutationFn: ({ input, key }) => withProof(() => send(input, { context: { idempotencyKey: key } })),
    onSuccess: (_, { input }) => void open.current.delete(JSON.stringify(input)),
  });
  const run = (input: I): Promise<O> => {
    const said = JSON.stringify(input);
    const key = open.current.get(said) ?? newKey();
    open.current.set(said, key);
    return mutation.mutateAsync({ input, key });
  };
  return { run, isPending: mutation.isPending, data: mutation.data, error: mutation.error, reset: mutation.reset };
}
