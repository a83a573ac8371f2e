import { z } from "zod";
import { DELIVERY_STATUSES } from "#server/domain/events/rules.ts";
import { REACTION_NAMES, REPLAY_MAX } from "#server/domain/outbox/rules.ts";
import { text, uuid } from "#server/domain/schema.ts";

const reaction = text(80, 1);
/** So many types of events are looked for at once. */
const EVENT_TYPES_MAX = 50;

export const replayInput = z.strictObject({
  eventId: uuid,
  reaction,
  /** As it was seen: refused when it was tried again meanwhile. */
  fence: z.int().min(0).optional(),
  /** Also one that was delivered. */
  published: z.boolean().default(false),
});

export const replayDeadInput = z.strictObject({
  reaction,
  after: uuid.nullish(),
  limit: z.int().min(1).max(REPLAY_MAX).default(REPLAY_MAX),
});

/** What deliveries are narrowed by. Empty means all. */
export const deliveryFilter = z.strictObject({
  status: z.array(z.enum(DELIVERY_STATUSES)).max(DELIVERY_STATUSES.length).optional(),
  reaction: z.array(z.enum(REACTION_NAMES)).max(REACTION_NAMES.length).optional(),
  eventType: z.array(text(80, 1)).max(EVENT_TYPES_MAX).optional(),
  aggregateId: uuid.optional(),
});
export type DeliveryFilter = z.output<typeof deliveryFilter>;

export const deliveriesInput = z.strictObject({
  filter: deliveryFilter.default({}),
  limit: z.int().min(1).max(200).default(50),
  /** Of the last page: the event and the reaction that it ended with. */
  cursor: z.strictObject({ eventId: uuid, reaction }).nullish(),
});

export const eventIdInput = z.strictObject({ id: uuid });
export const noInput = z.strictObject({});

export const traceInput = z
  .strictObject({
    /** One call, or the whole chain that began with it: one of the two. */
    requestId: text(100, 1).optional(),
    correlationId: text(100, 1).optional(),
    after: uuid.nullish(),
    limit: z.int().min(1).max(200).default(100),
  })
  .refine(({ requestId, correlationId }) => (requestId === undefined) !== (correlationId === undefined), {
    error: "names a request or a chain",
  });

const at = z.string().meta({ format: "date-time" });
const status = z.enum(DELIVERY_STATUSES);

export const backlogShape = z.object({
  reactions: z.array(
    z.object({
      reaction: z.enum(REACTION_NAMES),
      /** Each counted to COUNT_MAX. */
      pending: z.int(),
      processing: z.int(),
      dead: z.int(),
      publishedInHour: z.int(),
      /** When the oldest event that is still open for it happened. */
      oldestOpenAt: at.nullable(),
      /** From the event to its delivery, of the newest in the hour; null when there were none. */
      lagMs: z.object({ p50: z.number(), p95: z.number() }).nullable(),
    }),
  ),
  /** Events whose deliveries are still to be made. */
  waiting: z.object({ count: z.int(), oldestAt: at.nullable() }),
  at,
});
export type Backlog = z.output<typeof backlogShape>;

const delivery = z.object({
  eventId: z.string(),
  reaction: z.string(),
  status,
  attempts: z.int(),
  maxAttempts: z.int(),
  fence: z.int(),
  lastError: z.string().nullable(),
  /** Where it is PENDING: not before this. */
  dueAt: at.nullable(),
  updatedAt: at,
  publishedAt: at.nullable(),
});
export type Delivery = z.output<typeof delivery>;

const aggregate = z.object({ type: z.string(), id: z.string(), version: z.int() });

export const deliveryShape = delivery.extend({ eventType: z.string(), aggregate, createdAt: at });
export type DeliveryItem = z.output<typeof deliveryShape>;
export interface DeliveryPage {
  readonly items: readonly DeliveryItem[];
  readonly next: { readonly eventId: string; readonly reaction: string } | null;
}

export const eventShape = z.object({
  id: z.string(),
  eventType: z.string(),
  aggregate,
  payload: z.unknown(),
  requestId: z.string(),
  correlationId: z.string(),
  createdAt: at,
  status,
  /** Whether its deliveries have been made. */
  fannedOut: z.boolean(),
  deliveries: z.array(delivery),
});
export type OutboxEvent = z.output<typeof eventShape>;

export const TRACE_KINDS = ["EVENT", "AUDIT", "MESSAGE"] as const;
export const traceStepShape = z.object({
  kind: z.enum(TRACE_KINDS),
  id: z.string(),
  at,
  /** The type of the event, the action of the entry, the template of the message. */
  name: z.string(),
  /** What it is about. */
  target: z.object({ type: z.string(), id: z.string() }).nullable(),
  status: z.string().nullable(),
  /** Who acted; null where nobody did. */
  by: z.string().nullable(),
  requestId: z.string(),
});
export type TraceStep = z.output<typeof traceStepShape>;
export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly next: string | null;
  /** Kinds of steps that the caller may not read. */
  readonly hidden: readonly (typeof TRACE_KINDS)[number][];
}
