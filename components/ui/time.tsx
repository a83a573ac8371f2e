"use client";

import { useFormatter, useNow } from "next-intl";
import { createContext, use, useSyncExternalStore } from "react";

const TICK_MS = 15_000;
const listeners = new Set<() => void>();
let now = new Date();
let timer: ReturnType<typeof setInterval> | undefined;

function everyTick(listener: () => void): () => void {
  const tick = () => {
    now = new Date();
    for (const told of listeners) told();
  };
  if (!timer) now = new Date(); // nobody has kept it since the last one left
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, to a quarter of a minute: one timer for all rows, and the server's own time while hydrating. */
export function useClock(): Date {
  const rendered = useNow();
  return useSyncExternalStore(
    everyTick,
    () => now,
    () => rendered,
  );
}

const never = () => () => {};
let zone: string | undefined;

/** Asked once: making a format to ask it costs more than a row. */
function browserZone(): string {
  zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone;
}

const ChosenZone = createContext<string | null>(null);

/** The zone that a person chose to read times in; null is the browser's. */
export function TimeZoneProvider({ zone, children }: { zone: string | null; children: React.ReactNode }) {
  return <ChosenZone value={zone}>{children}</ChosenZone>;
}

/** The reader's time zone; where they chose none, UTC while the server renders, so that both render the same. */
export function useTimeZone(): string {
  const chosen = use(ChosenZone);
  const browser = useBrowserZone();
  return chosen ?? browser;
}

export const useBrowserZone = (): string => useSyncExternalStore(never, browserZone, () => "UTC");

interface MomentProps {
  at: string;
  /** To the second, where the order of things counts. */
  seconds?: boolean;
  className?: string;
}

/** A moment, in full. */
export function Moment({ at, seconds = false, className }: MomentProps) {
  const format = useFormatter();
  const timeZone = useTimeZone();
  return (
    <time dateTime={at} className={className}>
      {format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: seconds ? "medium" : "short", timeZone })}
    </time>
  );
}

interface AgoProps {
  at: string;
  narrow?: boolean;
  /** What is past is never told as to come, however the clocks of the two machines differ. */
  future?: boolean;
  className?: string;
}

/** How long ago or how soon, the moment itself on hover. */
export function Ago({ at, narrow = false, future = false, className }: AgoProps) {
  const format = useFormatter();
  const clock = useClock();
  const chosen = use(ChosenZone);
  const seen = future ? clock : new Date(Math.max(clock.getTime(), Date.parse(at)));
  return (
    <time
      dateTime={at}
      className={className}
      // Written when it is looked for: a list would format hundreds that nobody reads.
      onPointerEnter={({ currentTarget }) => {
        currentTarget.title = format.dateTime(new Date(at), {
          dateStyle: "full",
          timeStyle: "medium",
          timeZone: chosen ?? browserZone(),
        });
      }}
    >
      {format.relativeTime(new Date(at), { now: seen, ...(narrow ? { style: "narrow" } : {}) })}
    </time>
  );
}
