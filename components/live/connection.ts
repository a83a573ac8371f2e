import { leaveToSignIn } from "#components/api/leave.ts";
import { isMoving } from "#components/identity/moved.ts";
import { mayElect, stand } from "#components/live/lead.ts";
import type { Line, Told } from "#components/live/news.ts";
import { hear, line } from "#components/live/news.ts";
import { Stream } from "#components/live/stream.ts";

/** One connection for a browser: the tab that leads holds it, and passes on what it hears. */

const CHANNEL = "countersign.live";
/** What a tab that opens later may have missed is passed on to it from here. */
const KEPT = 300;
/** Ids are made before their commit, and by several clocks. */
const EARLIER_MS = 10_000;
/** The leader passes on a sign of life every 15 s. */
const SILENT_MS = 45_000;

interface Item {
  readonly told: Told;
  readonly eventId: string;
}

type Word =
  | ({ readonly say: "told" } & Item)
  | { readonly say: "gap"; readonly eventId: string }
  | { readonly say: "line"; readonly state: Line }
  /** The session is over. */
  | { readonly say: "ended" }
  /** A tab that opens, and what its page was made after. */
  | { readonly say: "joined"; readonly tab: string; readonly since: string }
  | { readonly say: "missed"; readonly tab: string; readonly items: readonly Item[]; readonly gap: boolean };

/** The milliseconds in a UUIDv7. */
const madeAt = (id: string) => Number.parseInt(id.replace("-", "").slice(0, 12), 16);

class Connection {
  readonly #channel = mayElect() ? new BroadcastChannel(CHANNEL) : undefined;
  readonly #tab = `${Date.now()}-${Math.random()}`;
  readonly #kept: Item[] = [];
  /** From then on this tab has heard everything, and keeps it. */
  #completeFrom: number;
  #since: string;
  #stream: Stream | undefined;
  #heardAt = Date.now();
  readonly #candidacy;
  readonly #watch: ReturnType<typeof setInterval>;

  constructor(since: string) {
    this.#completeFrom = madeAt(since) - EARLIER_MS;
    this.#since = since;
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => this.#listen(data));
    this.#candidacy = stand(() => this.#lead());
    this.#say({ say: "joined", tab: this.#tab, since });
    this.#watch = setInterval(this.#check, SILENT_MS / 3);
    document.addEventListener("visibilitychange", this.#check);
    window.addEventListener("online", this.#check);
  }

  readonly close = () => {
    clearInterval(this.#watch);
    document.removeEventListener("visibilitychange", this.#check);
    window.removeEventListener("online", this.#check);
    this.#candidacy.stop();
    this.#channel?.close();
  };

  #say(word: Word): void {
    this.#channel?.postMessage(word);
  }

  /** To the other tabs, and to this one as if another had said it. */
  #tell(word: Word): void {
    this.#say(word);
    this.#listen(word);
  }

  #lead(): () => void {
    const stream = new Stream({
      since: () => this.#since,
      told: (told, eventId) => this.#tell({ say: "told", told, eventId }),
      gap: (eventId) => this.#tell({ say: "gap", eventId }),
      beat: () => this.#tell({ say: "line", state: "open" }),
      open: () => this.#tell({ say: "line", state: "open" }),
      down: () => this.#tell({ say: "line", state: "down" }),
      ended: () => {
        if (isMoving()) return false;
        this.#tell({ say: "ended" });
        return true;
      },
    });
    this.#stream = stream;
    return () => {
      stream.close();
      this.#stream = undefined;
    };
  }

  #listen(word: Word): void {
    this.#heardAt = Date.now();
    if (word.say === "told") {
      this.#since = word.eventId;
      this.#kept.push({ told: word.told, eventId: word.eventId });
      if (this.#kept.length > KEPT)
        this.#completeFrom = Math.max(this.#completeFrom, madeAt(this.#kept.shift()?.eventId ?? ""));
      hear(word.told);
    } else if (word.say === "gap") {
      this.#since = word.eventId;
      this.#completeFrom = madeAt(word.eventId);
      this.#kept.length = 0;
      hear("gap");
    } else if (word.say === "line") line.set(word.state);
    else if (word.say === "ended") leaveToSignIn();
    else if (word.say === "joined") this.#answer(word.tab, word.since);
    else if (word.tab === this.#tab) {
      if (word.gap) hear("gap");
      for (const item of word.items) hear(item.told);
    }
  }

  /** What a tab that has just opened cannot have heard. */
  #answer(tab: string, since: string): void {
    if (!this.#stream) return;
    const made = madeAt(since);
    const items = this.#kept.filter(({ eventId }) => madeAt(eventId) >= made - EARLIER_MS);
    this.#say({ say: "missed", tab, items, gap: made < this.#completeFrom });
    this.#say({ say: "line", state: line.get() });
  }

  /** Somebody looks, or the network is back: a leader that sleeps is replaced, a wait is cut short. */
  readonly #check = () => {
    if (document.hidden) return;
    if (this.#stream) this.#stream.hurry();
    else if (Date.now() - this.#heardAt > SILENT_MS) {
      this.#heardAt = Date.now();
      this.#candidacy.takeOver();
    }
  };
}

/** Begins to hear of changes since the page was made. Returns how to stop. */
export const connect = (since: string): (() => void) => new Connection(since).close;
