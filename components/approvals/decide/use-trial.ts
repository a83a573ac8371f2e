"use client";

import type { inferRouterOutputs } from "@trpc/server";
import { useCallback, useEffect, useRef, useState } from "react";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { UNWRITTEN } from "#components/approvals/decide/use-preview.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";
import { needsReason } from "#server/domain/approvals/rules.ts";

/** A draft of so many is tried without being asked to. */
const BY_ITSELF_MAX = 1_000;

export interface Trial {
  readonly tried: number;
  readonly decided: number;
  readonly recorded: number;
  /** How many would be refused for which reason, the most frequent first. */
  readonly refused: readonly (readonly [code: string, count: number])[];
  readonly running: boolean;
  readonly error: ApiError | null;
  start(): void;
  stop(): void;
}

interface Sum {
  readonly tried: number;
  readonly decided: number;
  readonly recorded: number;
  readonly codes: ReadonlyMap<string, number>;
}
const NOTHING: Sum = { tried: 0, decided: 0, recorded: 0, codes: new Map() };

type Part = inferRouterOutputs<AppRouter>["bulks"]["dryRun"];

function plus(sum: Sum, part: Part): Sum {
  const codes = new Map(sum.codes);
  for (const { code, count } of part.refused) codes.set(code, (codes.get(code) ?? 0) + count);
  return {
    tried: sum.tried + part.tried,
    decided: sum.decided + part.decided,
    recorded: sum.recorded + part.recorded,
    codes,
  };
}

/** What a draft would come to, tried part by part; it can be stopped, and goes on where it was. */
export function useTrial(draft: { id: string; total: number } | null, decision: Decision): Trial {
  const client = useTRPCClient();
  const [sum, setSum] = useState(NOTHING);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const after = useRef(0);
  const stopping = useRef<AbortController | null>(null);
  const id = draft?.id;

  const stop = useCallback(() => stopping.current?.abort(), []);
  const start = useCallback(async () => {
    if (!id || (stopping.current && !stopping.current.signal.aborted)) return;
    const mine = new AbortController();
    stopping.current = mine;
    const { signal } = mine;
    setError(null);
    setRunning(true);
    try {
      while (!signal.aborted) {
        const comment = needsReason(decision) ? UNWRITTEN : undefined;
        const part = await client.bulks.dryRun.mutate({ id, decision, comment, after: after.current }, { signal });
        if (signal.aborted) break;
        setSum((known) => plus(known, part));
        if (part.next === null) break;
        after.current = part.next;
      }
    } catch (failure) {
      if (!signal.aborted) setError(failure as ApiError);
    }
    if (stopping.current !== mine) return;
    stopping.current = null;
    setRunning(false);
  }, [client, id, decision]);

  const byItself = draft !== null && draft.total > 0 && draft.total <= BY_ITSELF_MAX;
  useEffect(() => {
    if (byItself) void start();
    return stop;
  }, [byItself, start, stop]);

  const { codes, ...counts } = sum;
  return {
    ...counts,
    refused: [...codes].sort(([, a], [, b]) => b - a),
    running,
    error,
    start: () => void start(),
    stop,
  };
}
