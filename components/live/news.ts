import { createStore } from "#components/ui/store.ts";
import type { LiveKind } from "#server/domain/events/rules.ts";

/** Something changed elsewhere, to this version; never what it says. */
export interface Told {
  readonly kind: LiveKind;
  readonly id: string;
  readonly version: number;
}

export interface News {
  /** More than could be told, or unknown: read again what is shown. */
  readonly all: boolean;
  readonly changed: readonly Told[];
  /** Where in the log to go on after it. */
  readonly mark: number;
}

/** So many things are remembered; whoever looks later than that reads all again. */
const KEPT = 500;

/** The latest changes in their order, each thing once, so that a screen that was away can ask what it missed. */
export class Log {
  #last = 0;
  #unknown = 0;
  readonly #kept = new Map<string, Told & { readonly place: number }>();

  note(told: Told): void {
    const key = `${told.kind} ${told.id}`;
    const known = this.#kept.get(key);
    if (known && known.version > told.version) return;
    this.#kept.delete(key);
    this.#kept.set(key, { ...told, place: ++this.#last });
    if (this.#kept.size <= KEPT) return;
    for (const [oldest, { place }] of this.#kept) {
      this.#kept.delete(oldest);
      this.#unknown = place;
      return;
    }
  }

  /** What changed up to here is unknown. */
  gap(): void {
    this.#kept.clear();
    this.#unknown = ++this.#last;
  }

  /** The place to read on from, for what is read from the server now. */
  mark(): number {
    return this.#last;
  }

  since(mark: number): News {
    const missed = [...this.#kept.values()].filter(({ place }) => place > mark);
    return {
      all: mark < this.#unknown,
      changed: missed.map(({ kind, id, version }) => ({ kind, id, version })),
      mark: this.#last,
    };
  }
}

/** What this tab has heard. */
export const log = new Log();
const followers = new Set<() => void>();

/** A change, or that some were missed. */
export function hear(told: Told | "gap"): void {
  if (told === "gap") log.gap();
  else log.note(told);
  for (const look of followers) look();
}

/** For whoever asks the search engine, which is up to a second behind what is told: the look after this one comes too. */
export const onceMore = ({ all, changed }: News) => (all || changed.length > 0 ? "more" : undefined);

export interface Following {
  readonly kinds: readonly LiveKind[] | "all";
  /** From the end of one look to the next, however much is told meanwhile. */
  readonly everyMs: number;
  /** The next look waits for it, and comes whatever is told if it answers "more". */
  readonly act: (news: News) => unknown;
  readonly from?: number;
}

const isHidden = () => typeof document !== "undefined" && document.hidden;

/** Acts upon news of some kinds: on the first at once, on those that follow together, and never in a tab that nobody sees. */
export function follow({ kinds, everyMs, act, from = log.mark() }: Following): () => void {
  let mark = from;
  let earliest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let acting = false;
  let more = false;

  const look = async () => {
    timer = undefined;
    if (isHidden()) return;
    const news = log.since(mark);
    mark = news.mark;
    const changed = kinds === "all" ? news.changed : news.changed.filter(({ kind }) => kinds.includes(kind));
    if (!news.all && changed.length === 0 && !more) return;
    acting = true;
    try {
      more = (await act({ ...news, changed })) === "more";
    } catch {
      more = false; // what could not be read again says so where it is shown
    }
    acting = false;
    earliest = Date.now() + everyMs;
    if (followers.has(plan)) plan();
  };
  const plan = () => {
    if (!acting) timer ??= setTimeout(look, Math.max(0, earliest - Date.now()));
  };

  followers.add(plan);
  if (typeof document !== "undefined") document.addEventListener("visibilitychange", plan);
  plan();
  return () => {
    followers.delete(plan);
    clearTimeout(timer);
    if (typeof document !== "undefined") document.removeEventListener("visibilitychange", plan);
  };
}

/** How this browser is connected: not yet, so that changes are told, or not any more. */
export type Line = "starting" | "open" | "down";
export const line = createStore<Line>("starting");
