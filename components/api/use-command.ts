"use client";

import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
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
 * are the same request to the server.
 */
export function useCommand<I, O>(send: Send<I, O>) {
  const open = useRef<{ said: string; key: string } | null>(null);
  const mutation = useMutation<O, ApiError, Sent<I>>({
    mutationFn: ({ input, key }) => send(input, { context: { idempotencyKey: key } }),
    onSuccess: () => {
      open.current = null;
    },
  });
  const run = (input: I): Promise<O> => {
    const said = JSON.stringify(input);
    if (open.current?.said !== said) open.current = { said, key: newKey() };
    return mutation.mutateAsync({ input, key: open.current.key });
  };
  return { run, isPending: mutation.isPending, error: mutation.error, reset: mutation.reset };
}
