import { failure } from "#server/api/answer.ts";
import { callerOfRequest, requestFacts } from "#server/api/context.ts";
import { TransportError } from "#server/api/errors.ts";
import { sameGrants } from "#server/domain/access/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import { eventsSince, mayHear } from "#server/domain/events/queries.ts";
import type { LiveItem } from "#server/domain/events/rules.ts";
import { unpackLive } from "#server/domain/events/rules.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import { watchSession } from "#server/domain/identity/find-caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { uuid } from "#server/domain/schema.ts";
import { ALL, listen } from "#server/platform/channels.ts";
import { logger } from "#server/platform/logger.ts";

/** Changes to open pages, as server-sent events: kind, id and version of what the session may read, and nothing of its content. */

const PER_PERSON = 20;
const BEAT_MS = 15_000;
/** Changes of one record within this time are one. */
const FLUSH_MS = 50;
const PENDING_MAX = 200;
/** Who does not read what is sent is let go, and catches up when it comes back. */
const UNREAD_MAX = 64 * 1024;

const encoder = new TextEncoder();
const message = (event: string, data: object, id?: string) =>
  `${id ? `id: ${id}\n` : ""}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

class Connection {
  caller: Caller;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly #onClose: (connection: Connection) => void;
  readonly #pending = new Map<string, LiveItem>();
  #flushing: NodeJS.Timeout | undefined;
  #open = true;

  constructor(
    caller: Caller,
    controller: ReadableStreamDefaultController<Uint8Array>,
    onClose: (connection: Connection) => void,
  ) {
    this.caller = caller;
    this.#controller = controller;
    this.#onClose = onClose;
  }

  send(text: string): void {
    if (!this.#open) return;
    this.#controller.enqueue(encoder.encode(text));
    if ((this.#controller.desiredSize ?? 0) < -UNREAD_MAX) this.close();
  }

  /** Of each record the newest version only. */
  tell(item: LiveItem): void {
    if (!this.#open || !mayHear(this.caller, item)) return;
    const key = `${item.kind} ${item.id}`;
    const known = this.#pending.get(key);
    if (!known || known.version <= item.version) this.#pending.set(key, item);
    this.#flushing ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    this.#flushing = undefined;
    const items = [...this.#pending.values()];
    this.#pending.clear();
    if (items.length > PENDING_MAX) this.reset(items.at(-1)?.eventId);
    else
      for (const { kind, id, version, eventId } of items) this.send(message("changed", { kind, id, version }, eventId));
  }

  /** Something was missed, or is too much to tell: read again what you show. */
  reset(lastEventId = uuidv7()): void {
    this.send(message("reset", {}, lastEventId));
  }

  revoke(): void {
    this.send(message("revoked", {}));
    this.close();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#flushing);
    this.#onClose(this);
    try {
      this.#controller.close();
    } catch {
      // The browser closed it first.
    }
  }
}

/** All open pages of this process, behind one listening connection. */
class Hub {
  readonly #connections = new Set<Connection>();
  readonly #stops: (() => void)[];

  constructor() {
    this.#stops = [
      listen(
        "live",
        (packed) => this.#changed(packed),
        () => this.#gap(),
      ),
      listen(
        "sessions",
        (ids) => this.#ended(ids),
        () => this.#check(() => true),
      ),
    ];
    const beat = setInterval(() => {
      // An event and not a comment: the page has to notice when it stays out.
      for (const connection of this.#connections) connection.send(message("beat", {}));
      this.#check(() => true);
    }, BEAT_MS);
    beat.unref();
    // Open streams would keep the server from closing.
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "disconnect"] as const)
      process.once(signal, () => this.close());
  }

  of(personId: string | null): number {
    return [...this.#connections].filter(({ caller }) => caller.personId === personId).length;
  }

  /** What ended while its caller was looked up was told to nobody: it is looked at once more. */
  add(connection: Connection): void {
    this.#connections.add(connection);
    void this.#recheck(connection);
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    for (const connection of this.#connections) connection.close();
  }

  #changed(packed: readonly string[]): void {
    if (packed.includes(ALL)) {
      this.#gap();
      return;
    }
    const moved = new Set<string>();
    for (const text of packed) {
      const item = unpackLive(text);
      if (!item) continue;
      for (const connection of this.#connections) connection.tell(item);
      if (["assignment", "role", "scope", "person"].includes(item.kind)) moved.add(item.tenantId);
    }
    // What one may read has changed, or whether one is a member at all.
    if (moved.size > 0) this.#check(({ caller }) => moved.has(caller.tenantId));
  }

  #gap(): void {
    for (const connection of this.#connections) connection.reset();
  }

  #ended(sessionIds: readonly string[]): void {
    const ended = new Set(sessionIds);
    for (const connection of this.#connections)
      if (ended.has(ALL) || ended.has(connection.caller.sessionId ?? "")) void this.#recheck(connection);
  }

  #check(which: (connection: Connection) => boolean): void {
    for (const connection of this.#connections) if (which(connection)) void this.#recheck(connection);
  }

  /** Looks at the session without using it: an open page does not keep it alive. */
  async #recheck(connection: Connection): Promise<void> {
    try {
      const caller = await watchSession(connection.caller);
      if (!caller) return connection.revoke();
      const moved = !sameGrants(caller.access, connection.caller.access);
      connection.caller = caller;
      if (moved) connection.reset(thisMoment()); // other rows, and other things to do with them
    } catch (error) {
      // Nobody is shown more than was known a moment ago, nor sent away because the database is.
      logger.warn({ err: error }, "a session could not be looked at");
    }
  }
}

// On the global object: a bundler may load this module more than once in a process.
const holder = globalThis as { countersignHub?: Hub };
const hub = (): Hub => {
  holder.countersignHub ??= new Hub();
  return holder.countersignHub;
};

async function catchUp(connection: Connection, lastEventId: string): Promise<void> {
  const missed = await eventsSince(connection.caller, { eventId: lastEventId });
  if (missed === null) connection.reset();
  else for (const item of missed) connection.tell(item);
}

/** Names this moment, as an event would: a page that is made now hears what changes from here on. */
export const thisMoment = (): string => uuidv7();

/** GET /api/events, `since` an event that was heard. The tenant is the session's; no token opens it. */
export async function eventsHandler(request: Request): Promise<Response> {
  const facts: RequestFacts = requestFacts(request.headers);
  try {
    const caller = await callerOfRequest(request.headers, facts);
    if (!caller) throw new TransportError("auth.required");
    if (hub().of(caller.personId) >= PER_PERSON) {
      const rate = { door: "session", limit: PER_PERSON, remaining: 0, reset: 30, wait: 30 } as const;
      throw new TransportError("request.rate_limited", { rate });
    }
    return stream(caller, request);
  } catch (error) {
    return failure(error, facts);
  }
}

function stream(caller: Caller, request: Request): Response {
  const lastEventId = uuid.safeParse(
    request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("since"),
  );
  let connection: Connection | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const opened = new Connection(caller, controller, (closed) => hub().remove(closed));
      connection = opened;
      hub().add(opened);
      request.signal.addEventListener("abort", () => opened.close());
      opened.send(`retry: 1000\n${message("ready", {})}`);
      if (lastEventId.success)
        catchUp(opened, lastEventId.data).catch((error: unknown) => {
          logger.warn({ err: error }, "what a page missed could not be read");
          opened.reset();
        });
    },
    cancel: () => connection?.close(),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // Neither kept nor compressed on its way: both would hold events back.
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
      "x-request-id": caller.requestId,
    },
  });
}
