"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { Unsaid } from "#components/access/unsaid.tsx";
import type { ProposedChange } from "#components/access/view.ts";
import { REPLAY_KEY } from "#components/access/view.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { cn } from "#components/ui/cn.ts";
import { Moment } from "#components/ui/time.tsx";
import type { AppRouter } from "#server/api/root.ts";
import { REPLAYED_DAYS } from "#server/domain/access/rules.ts";

type Replay = inferRouterOutputs<AppRouter>["access"]["replayDecisions"];

const NAMED = 5;

function useReplay(change: ProposedChange) {
  const client = useTRPCClient();
  return useQuery<Replay, ApiError>({
    queryKey: [REPLAY_KEY, change],
    queryFn: ({ signal }) => client.access.replayDecisions.mutate({ change, limit: NAMED }, { signal }),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** What of the record would be another answer, each with out of how many; what nothing was recorded of is left out. */
function Turned({ replay: { decisions, actions, denials } }: { replay: Replay }) {
  const t = useTranslations("replay");
  const lines = [
    { key: "decisions", looked: decisions.looked, turned: decisions.refused, since: decisions.since, bad: true },
    { key: "actions", looked: actions.looked, turned: actions.refused, since: actions.since, bad: true },
    { key: "denials", looked: denials.looked, turned: denials.allowed, since: denials.since, bad: false },
  ] as const;
  return (
    <ul className="flex flex-col gap-0.5">
      {lines
        .filter(({ looked }) => looked > 0)
        .map(({ key, looked, turned, since, bad }) => (
          <li key={key} className={cn("tabular-nums", turned === 0 && "text-ink-3")}>
            {t.rich(key, {
              turned,
              looked,
              n: (text) => <b className={cn("font-semibold", turned > 0 && (bad ? "text-bad" : "text-ok"))}>{text}</b>,
            })}
            {since ? (
              <span className="text-ink-3"> · {t.rich("since", { when: () => <Moment at={since} /> })}</span>
            ) : null}
          </li>
        ))}
    </ul>
  );
}

/** Whom it would have met most often. */
function Whom({ replay: { items, more } }: { replay: Replay }) {
  const t = useTranslations("replay");
  if (items.length === 0) return null;
  const named = items.map(({ name, refused, allowed }) => t("named", { name, count: refused + allowed })).join(", ");
  return <p className="text-ink-3 text-xs">{t("whom", { named, more })}</p>;
}

/** How many of the recorded decisions of the last days a change would have turned, before it is made. */
export function Replayed({ change, alone = false }: { change: ProposedChange; alone?: boolean }) {
  const t = useTranslations("replay");
  const query = useReplay(change);
  const { data } = query;
  const looked = data ? data.decisions.looked + data.actions.looked + data.denials.looked : 0;
  return (
    <section aria-live="polite" className="flex flex-col gap-1 pt-2 text-sm">
      <h4 className="font-medium text-ink-2 text-xs">{t("title", { days: REPLAYED_DAYS })}</h4>
      <Unsaid query={query} className="h-5 w-2/3" />
      {data && looked === 0 ? <p className="text-ink-3">{t("nothing")}</p> : null}
      {data && looked > 0 ? <Turned replay={data} /> : null}
      {data && !alone ? <Whom replay={data} /> : null}
    </section>
  );
}
