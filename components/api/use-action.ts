"use client";

import { useRef, useState } from "react";
import { leaveToSignIn } from "#components/api/leave.ts";
import { isSignedOut } from "#components/api/query-client.ts";
import { mayGoOn } from "#components/api/step-up.ts";
import type { ApiError } from "#components/api/trpc.ts";

/** A form of the server that a page hands to its component. */
export type Action<I, O> = (input: I) => Promise<
  | { readonly ok: true; readonly answer: O }
  | {
      readonly ok: false;
      readonly code: string;
      readonly facts: Readonly<Record<string, unknown>>;
      readonly httpStatus: number;
      readonly requestId: string;
    }
>;

const NO_ANSWER = { message: "no answer", data: null } as unknown as ApiError;

/** Runs an action, one at a time; what it refuses is said as any other refusal. Answers null when there is no answer. */
export function useAction<I, O>(action: Action<I, O>) {
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const running = useRef(false);
  const run = async (input: I): Promise<O | null> => {
    if (running.current) return null;
    running.current = true;
    setPending(true);
    setError(null);
    const send = () => action(input).catch(() => null);
    let result = await send();
    if (result?.ok === false && (await mayGoOn(result))) result = await send();
    running.current = false;
    setPending(false);
    if (result?.ok) return result.answer;
    const refused = result ? ({ message: result.code, data: result } as unknown as ApiError) : NO_ANSWER;
    if (isSignedOut(refused)) leaveToSignIn();
    setError(refused);
    return null;
  };
  return { run, isPending, error };
}
