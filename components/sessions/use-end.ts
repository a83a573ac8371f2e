"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { SessionInputs } from "#components/sessions/use-sessions.ts";
import { useSessionsChanged } from "#components/sessions/use-sessions.ts";
import type { SessionFilter } from "#components/sessions/view.ts";

/** Sessions that were picked, or all that a filter leaves. */
export type Wanted =
  | { readonly kind: "chosen"; readonly ids: readonly string[]; readonly people: number }
  | { readonly kind: "matching"; readonly filter: SessionFilter; readonly narrowed: boolean };

/** What was frozen when it was asked for; without an id where it was chosen one by one. */
interface Frozen {
  readonly id: string | null;
  readonly sessions: number;
  readonly people: number;
}

export interface Outcome {
  readonly died: number;
  readonly people: number;
  /** Looked at again afterwards. */
  readonly alive: number;
}

/** How many would end: of a filter frozen once, when the dialog opens, and never again behind its reader. */
export function useFrozen(wanted: Wanted, own: boolean) {
  const client = useTRPCClient();
  const [opened] = useState(() => Date.now());
  const filter = wanted.kind === "matching" ? wanted.filter : {};
  const counted = useQuery<Frozen, ApiError>({
    queryKey: ["sessions.frozen", opened, filter, own],
    queryFn: ({ signal }) => client.sessions.freeze.mutate({ filter, own }, { signal }),
    enabled: wanted.kind === "matching",
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (wanted.kind === "matching") return counted;
  const { ids, people } = wanted;
  return { ...counted, data: { id: null, sessions: ids.length, people }, error: null };
}

/** Ends them and no others, batch by batch; then looks whether any of them lives. */
export function useEndSessions(wanted: Wanted) {
  const client = useTRPCClient();
  const changed = useSessionsChanged();
  const [done, setDone] = useState(0);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const chosen = useCommand<SessionInputs["revoke"], { sessions: number; people: number }>((input, options) =>
    client.sessions.revoke.mutate(input, options),
  );
  const matching = useCommand<SessionInputs["revokeFrozen"], { sessions: number; people: number; left: number }>(
    (input, options) => client.sessions.revokeFrozen.mutate(input, options),
  );

  const endChosen = async (ids: readonly string[]): Promise<Outcome> => {
    const { sessions, people } = await chosen.run({ ids: [...ids] });
    const { items } = await client.sessions.list.query({ ids: [...ids], status: ["ACTIVE"], limit: ids.length });
    return { died: sessions, people, alive: items.length };
  };
  const endFrozen = async (set: string, { sessions, people }: Frozen): Promise<Outcome> => {
    let [died, of, left] = [0, 0, sessions];
    while (left > 0) {
      const answer = await matching.run({ set });
      if (answer.sessions === 0) break;
      [died, of, left] = [died + answer.sessions, of + answer.people, answer.left];
      setDone(died);
    }
    const { alive } = await client.sessions.countFrozen.query({ set });
    return { died, people: Math.min(of, people), alive };
  };
  const run = async (frozen: Frozen) => {
    const ended =
      frozen.id === null ? endChosen(wanted.kind === "chosen" ? wanted.ids : []) : endFrozen(frozen.id, frozen);
    await ended.then(setOutcome, () => {}); // a refusal is shown in the dialog
    changed();
  };
  return {
    run,
    done,
    outcome,
    isPending: chosen.isPending || matching.isPending,
    error: (chosen.error ?? matching.error) as ApiError | null,
  };
}
