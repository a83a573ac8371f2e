import type { Told } from "#components/live/news.ts";

/** The connection itself: server-sent events, opened again with back-off until it is closed. */

const WAITS_MS = [250, 500, 1_000, 2_000, 5_000, 10_000, 15_000] as const;
/** The server gives a sign of life every 15 s. */
const SILENT_MS = 40_000;
const ASK_MS = 10_000;

export interface Heard {
  /** The last event that was heard, to go on after. */
  since(): string;
  told(told: Told, eventId: string): void;
  gap(eventId: string): void;
  beat(): void;
  open(): void;
  down(): void;
  /** There is no session any more. Answers whether that is the end, or another follows. */
  ended(): boolean;
}

/** Spread, so that the tabs of everybody do not come back to a restarted server in one moment. */
const waitOf = (failures: number) =>
  (WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] as number) * (0.7 + 0.6 * Math.random());

export class Stream {
  readonly #heard: Heard;
  #source: EventSource | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #ready = false;
  #closed = false;

  constructor(heard: Heard) {
    this.#heard = heard;
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
    clearTimeout(this.#again);
  }

  /** Does not wait any longer: somebody looks, or the network is back. */
  hurry(): void {
    if (this.#source || this.#closed) return;
    this.#failures = 0;
    this.#connect();
  }

  get #address(): string {
    return `/api/events?since=${encodeURIComponent(this.#heard.since())}`;
  }

  #connect(): void {
    clearTimeout(this.#again);
    const source = new EventSource(this.#address);
    this.#source = source;
    this.#ready = false;
    const on = (name: string, act: (event: MessageEvent<string>) => void) =>
      source.addEventListener(name, (event) => {
        if (source !== this.#source) return;
        this.#listen();
        act(event as MessageEvent<string>);
      });
    on("ready", () => {
      this.#ready = true;
      this.#failures = 0;
      this.#heard.open();
    });
    on("changed", ({ data, lastEventId }) => this.#heard.told(JSON.parse(data) as Told, lastEventId));
    on("reset", ({ lastEventId }) => this.#heard.gap(lastEventId));
    on("beat", () => this.#heard.beat());
    on("revoked", () => void this.#lost(true));
    source.onerror = () => {
      if (source === this.#source) void this.#lost(!this.#ready);
    };
    this.#listen();
  }

  /** A connection that a sleeping machine or a firewall has cut is as quiet as one on which nothing happens. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => void this.#lost(false), SILENT_MS);
  }

  #drop(): void {
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = undefined;
  }

  async #lost(doubted: boolean): Promise<void> {
    this.#drop();
    this.#heard.down();
    if (doubted && (await this.#isEnded()) && this.#heard.ended()) return;
    if (this.#closed || this.#source) return;
    this.#again = setTimeout(() => this.#connect(), waitOf(this.#failures++));
  }

  /** An EventSource keeps the status of a refusal to itself: it is asked for once more. */
  async #isEnded(): Promise<boolean> {
    const asked = new AbortController();
    const late = setTimeout(() => asked.abort(), ASK_MS);
    try {
      return (await fetch(this.#address, { signal: asked.signal })).status === 401;
    } catch {
      return false;
    } finally {
      clearTimeout(late);
      asked.abort();
    }
  }
}
