"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Minus, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { Replayed } from "#components/access/replayed.tsx";
import { Unsaid } from "#components/access/unsaid.tsx";
import type { ProposedChange } from "#components/access/view.ts";
import { SIMULATION_KEY } from "#components/access/view.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { usePlaceCode } from "#components/people/names.ts";
import { cn } from "#components/ui/cn.ts";
import { Moment } from "#components/ui/time.tsx";
import type { AppRouter } from "#server/api/root.ts";

type Simulation = inferRouterOutputs<AppRouter>["access"]["simulate"];
type Item = Simulation["items"][number];

const NAMED = 50;

/** What the checks would answer after a change; null while there is none to ask about. */
export function useSimulation(change: ProposedChange | null) {
  const client = useTRPCClient();
  return useQuery<Simulation, ApiError>({
    queryKey: [SIMULATION_KEY, change],
    queryFn: ({ signal }) =>
      client.access.simulate.mutate({ change: change as ProposedChange, limit: NAMED }, { signal }),
    enabled: change !== null,
    staleTime: 0,
  });
}

const PLACES_SHOWN = 4;

/** Gains of one direction that begin together and reach the same parts, as one line. */
function linesOf(
  gains: Item["gains"],
): { gain: Item["gains"][number]; permissions: Item["gains"][number]["permission"][] }[] {
  const same = ({ does, from, at, except }: Item["gains"][number]) =>
    JSON.stringify([does, from, at.map(({ id }) => id), except.map(({ id }) => id)]);
  return [...Map.groupBy(gains, same).values()].flatMap((all) => {
    const [gain] = all;
    return gain ? [{ gain, permissions: all.map(({ permission }) => permission) }] : [];
  });
}

/** What one of them gains and loses, and where; and what stands in the way of that, or of knowing it. */
export function Gains({ barred, gains, cutAt }: Pick<Item, "barred" | "gains" | "cutAt">) {
  const t = useTranslations("simulation");
  const permissions = useTranslations("permissions");
  const placeCode = usePlaceCode();
  const codes = (places: Item["gains"][number]["at"]) => {
    const shown = places.slice(0, PLACES_SHOWN).map(placeCode).join(", ");
    return places.length > PLACES_SHOWN ? t("morePlaces", { shown, count: places.length - PLACES_SHOWN }) : shown;
  };
  return (
    <ul className="flex flex-col gap-0.5">
      {barred ? <li className="text-warn">{t("barred")}</li> : null}
      {linesOf(gains).map(({ gain: { does, at, except, from }, permissions: all }) => {
        const Icon = does === "GAIN" ? Plus : Minus;
        return (
          <li key={`${does} ${from} ${all.join()}`} className="flex items-start gap-1.5">
            <Icon
              className={cn("mt-0.5 size-3.5 shrink-0", does === "GAIN" ? "text-ok" : "text-bad")}
              strokeWidth={2.4}
              aria-hidden
            />
            <span className="min-w-0 break-words">
              <span className="sr-only">{t(does)} </span>
              {all.map((permission) => permissions(permission)).join(", ")}
              <span className="text-ink-3">
                {" · "}
                {codes(at)}
                {except.length > 0 ? ` ${t("except", { places: codes(except) })}` : null}
                {from ? <> · {t.rich("from", { when: () => <Moment at={from} /> })}</> : null}
              </span>
            </span>
          </li>
        );
      })}
      {cutAt ? <li className="text-warn">{t.rich("cut", { when: () => <Moment at={cutAt} /> })}</li> : null}
    </ul>
  );
}

/** How many gain and lose, in a sentence. */
function Sums({ people, clients, cut }: Pick<Simulation, "people" | "clients"> & { cut: boolean }) {
  const t = useTranslations("simulation");
  const none = [people, clients].every(({ gain, lose, later }) => gain + lose + later === 0);
  if (none && cut) return null;
  const programs = clients.gain + clients.lose + clients.later > 0;
  return (
    <p className="font-medium text-sm">
      {none ? t("nobody") : t("people", people)}
      {programs ? ` ${t("programs", clients)}` : null}
    </p>
  );
}

interface SimulatedProps {
  change: ProposedChange;
  query: ReturnType<typeof useSimulation>;
}

/** In place of what could not be foreseen: it is said, and keeps nobody from going on. */
function Unforeseen({ query }: Pick<SimulatedProps, "query">) {
  const t = useTranslations("simulation");
  return (
    <>
      <Unsaid query={query} />
      {query.error && !query.data ? <p className="pt-1 text-warn">{t("unforeseen")}</p> : null}
    </>
  );
}

/** Who gains and loses what by a change, before it is made. */
export function Simulated({ change, query }: SimulatedProps) {
  const t = useTranslations("simulation");
  const { data } = query;
  return (
    <section aria-label={t("title")} aria-live="polite" className="flex flex-col gap-2">
      <Unforeseen query={query} />
      {data ? <Sums people={data.people} clients={data.clients} cut={data.items.some(({ cutAt }) => cutAt)} /> : null}
      {data && data.items.length > 0 ? (
        <ul className="max-h-72 overflow-y-auto rounded-lg border" tabIndex={data.items.length > 4 ? 0 : undefined}>
          {data.items.map(({ id, kind, name, email, ...item }) => (
            <li
              key={id}
              className="grid gap-x-4 gap-y-0.5 border-b px-3 py-2 text-sm last:border-b-0 sm:grid-cols-[10rem_minmax(0,1fr)]"
            >
              <span className="min-w-0">
                <span className="block truncate font-medium">{name}</span>
                <span className="block truncate text-ink-3 text-xs">{kind === "PERSON" ? email : t("program")}</span>
              </span>
              <Gains {...item} />
            </li>
          ))}
        </ul>
      ) : null}
      {data && data.more > 0 ? <p className="text-ink-3 text-xs">{t("more", { count: data.more })}</p> : null}
      {data && data.items.length > 0 ? <Replayed change={change} /> : null}
    </section>
  );
}

/** The same of one person alone, as a line or two of a form. */
export function SimulatedForOne({ change, query }: SimulatedProps) {
  const t = useTranslations("simulation");
  const { data } = query;
  const [item] = data?.items ?? [];
  return (
    <section aria-label={t("title")} aria-live="polite" className="rounded-lg border px-3 py-2 text-sm">
      <h3 className="pb-1 font-medium text-ink-2 text-xs">{t("title")}</h3>
      <Unforeseen query={query} />
      {data && !item ? <p>{t("nothing")}</p> : null}
      {item ? <Gains {...item} /> : null}
      {item ? <Replayed change={change} alone /> : null}
    </section>
  );
}
