import "server-only";
import pg from "pg";
import { database } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";

/**
 * Wake-ups between processes over LISTEN and NOTIFY, on connections of their own. They carry ids and promise nothing:
 * who listens polls as well, and reads again after a gap.
 */

export type Channel = "outbox" | "live" | "sessions";

/** Instead of ids that do not fit: look at everything. */
export const ALL = "*";

const EVERY_MS = 20;
const PAYLOAD_MAX = 7_500; // PostgreSQL takes 8,000 bytes
const PAYLOADS_MAX = 20;
const PING_MS = 15_000;
const SILENT_MS = 5_000;
const RETRY_MS = [100, 250, 500, 1_000, 2_000, 5_000] as const;

type OnIds = (ids: readonly string[]) => void;
interface Listener {
  readonly onIds: OnIds;
  readonly onGap: () => void;
}

interface Shared {
  readonly waiting: Map<Channel, Set<string>>;
  readonly listeners: Map<Channel, Set<Listener>>;
  flushing: NodeJS.Timeout | undefined;
  /** When it was told last. */
  flushed: number;
  speaker: Promise<pg.Client> | undefined;
  ear: pg.Client | undefined;
  /** The last statement on that connection: the next one waits for it. */
  asked: Promise<unknown>;
  hearing: boolean;
  closed: boolean;
}

// On the global object: a bundler may load this module more than once in a process, and the connections must be one each.
const holder = globalThis as { countersignChannels?: Shared };
const fresh = (): Shared => ({
  waiting: new Map(),
  listeners: new Map(),
  flushing: undefined,
  flushed: 0,
  speaker: undefined,
  ear: undefined,
  asked: Promise.resolve(),
  hearing: false,
  closed: false,
});
const shared = (): Shared => {
  holder.countersignChannels ??= fresh();
  return holder.countersignChannels;
};

async function open(name: string): Promise<pg.Client> {
  const { connectionString } = database().pool.options;
  const client = new pg.Client({
    connectionString,
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: SILENT_MS,
  });
  await client.connect();
  return client;
}

/**
 * Tells every process: at once after a quiet while, else together with whatever else is told within it. Never throws;
 * what is lost is polled.
 */
export function announce(channel: Channel, ids: readonly string[]): void {
  const state = shared();
  if (ids.length === 0 || state.closed) return;
  const waiting = state.waiting.get(channel) ?? new Set();
  for (const id of ids) waiting.add(id);
  state.waiting.set(channel, waiting);
  state.flushing ??= setTimeout(() => void flush(), Math.max(0, state.flushed + EVERY_MS - performance.now()));
}

/** As few payloads as hold the ids; all of them when there are too many. */
function payloads(ids: ReadonlySet<string>): string[] {
  const found: string[] = [];
  let part: string[] = [];
  let size = 2;
  for (const id of ids) {
    const length = Buffer.byteLength(JSON.stringify(id)) + 1;
    if (length > PAYLOAD_MAX) return [JSON.stringify([ALL])];
    if (size + length > PAYLOAD_MAX) {
      found.push(JSON.stringify(part));
      [part, size] = [[], 2];
    }
    part.push(id);
    size += length;
  }
  if (part.length > 0) found.push(JSON.stringify(part));
  return found.length > PAYLOADS_MAX ? [JSON.stringify([ALL])] : found;
}

async function flush(): Promise<void> {
  const state = shared();
  state.flushing = undefined;
  state.flushed = performance.now();
  const told = [...state.waiting];
  state.waiting.clear();
  try {
    state.speaker ??= open("countersign-announce").then((client) => {
      (client as pg.Client & { unref(): void }).unref(); // a command line ends when its work does; the types lack it
      client.on("error", () => {
        state.speaker = undefined;
      });
      return client;
    });
    const client = await state.speaker;
    for (const [channel, ids] of told)
      for (const payload of payloads(ids)) await client.query("SELECT pg_notify($1, $2)", [channel, payload]);
  } catch (error) {
    state.speaker = undefined;
    logger.warn({ err: error }, "an announcement is lost; whoever waits for it polls");
  }
}

/**
 * Calls back with the ids that any process announces. After the connection was lost and found again it calls `onGap`:
 * what was announced meanwhile is unknown. Returns how to stop.
 */
export function listen(channel: Channel, onIds: OnIds, onGap: () => void): () => void {
  const state = shared();
  const listener = { onIds, onGap };
  const all = state.listeners.get(channel) ?? new Set();
  all.add(listener);
  state.listeners.set(channel, all);
  if (state.ear) ask(state, state.ear, `LISTEN ${channel}`).catch(() => undefined);
  if (!state.hearing) {
    state.hearing = true;
    void hear(state);
  }
  return () => void all.delete(listener);
}

function ask(state: Shared, client: pg.Client, statement: string): Promise<unknown> {
  const answer = state.asked.then(() => client.query(statement));
  state.asked = answer.catch(() => undefined);
  return answer;
}

function heard(state: Shared, { channel, payload = "" }: pg.Notification): void {
  const ids = JSON.parse(payload) as string[];
  for (const { onIds } of state.listeners.get(channel as Channel) ?? []) onIds(ids);
}

/** Keeps one connection listening until the channels are closed. */
async function hear(state: Shared): Promise<void> {
  for (let failures = 0, before = false; !state.closed; ) {
    try {
      const client = await open("countersign-listen");
      client.on("notification", (notification) => heard(state, notification));
      const lost = new Promise<void>((resolve) => {
        client.once("error", () => resolve());
        client.once("end", () => resolve());
      });
      state.ear = client;
      for (const channel of state.listeners.keys()) await ask(state, client, `LISTEN ${channel}`);
      failures = 0;
      if (before) for (const all of state.listeners.values()) for (const { onGap } of all) onGap();
      before = true;
      await Promise.race([lost, untilSilent(state, client)]);
      state.ear = undefined;
      client.end().catch(() => undefined);
    } catch (error) {
      if (failures === 0) logger.warn({ err: error }, "the connection that listens failed; it is opened again");
    }
    if (state.closed) return;
    const wait = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] as number;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** A connection that a firewall forgot is as quiet as one on which nothing happens: ask it now and then. */
async function untilSilent(state: Shared, client: pg.Client): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, PING_MS).unref());
    const answered = ask(state, client, "SELECT 1").then(
      () => true,
      () => false,
    );
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), SILENT_MS).unref());
    if (!(await Promise.race([answered, late]))) return;
  }
}

/** Ends both connections; what waits is told first. */
export async function closeChannels(): Promise<void> {
  const state = shared();
  if (state.flushing) clearTimeout(state.flushing);
  if (state.waiting.size > 0) await flush();
  state.closed = true;
  const speaker = await state.speaker?.catch(() => undefined);
  await Promise.all([speaker?.end(), state.ear?.end()].map((end) => end?.catch(() => undefined)));
  delete holder.countersignChannels;
}
