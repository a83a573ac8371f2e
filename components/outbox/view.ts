import type { inferRouterInputs } from "@trpc/server";
import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, createParser, createSerializer, parseAsArrayOf, parseAsStringLiteral } from "nuqs/server";
import type { AppRouter } from "#server/api/root.ts";
import type { DeliveryStatus } from "#server/domain/events/rules.ts";
import { REACTION_NAMES } from "#server/domain/outbox/rules.ts";

export type DeliveryFilter = NonNullable<inferRouterInputs<AppRouter>["outbox"]["list"]["filter"]>;

export const DELIVERIES_KEY = "outbox.list";
export const DELIVERIES_PAGE = 50;
export const TRACE_KEY = "outbox.trace";
export const TRACE_PAGE = 100;

/** What the list shows of it all, the worst first. */
export const SHOWN = ["dead", "open", "published", "all"] as const;
export type Shown = (typeof SHOWN)[number];
const STATUSES: Record<Shown, DeliveryStatus[]> = {
  dead: ["DEAD"],
  open: ["PENDING", "PROCESSING"],
  published: ["PUBLISHED"],
  all: [],
};

const TYPE_MAX = 80;
const TYPES_MAX = 50;
const NAME_MAX = 100;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const kept = (holds: (text: string) => boolean) =>
  createParser({ parse: (text) => (holds(text) ? text : null), serialize: (text) => text });
const parseAsName = (max: number) => kept((text) => text.length > 0 && text.length <= max);

/** The one owner of every key in the address of the list; what cannot be read is left out. */
export const outboxParsers = {
  show: parseAsStringLiteral(SHOWN).withDefault("dead"),
  reaction: parseAsArrayOf(parseAsStringLiteral(REACTION_NAMES)).withDefault([]),
  type: parseAsArrayOf(parseAsName(TYPE_MAX)).withDefault([]),
  about: kept((text) => UUID.test(text)),
};
export type OutboxView = inferParserType<typeof outboxParsers>;
export type ChangeOutboxView = (change: Partial<OutboxView>) => void;

export const parseOutboxView = (params: SearchParams): OutboxView => createLoader(outboxParsers)(params);
export const outboxQuery = createSerializer(outboxParsers);

export const NOT_NARROWED: Partial<OutboxView> = { reaction: [], type: [], about: null };
export const isNarrowed = ({ reaction, type, about }: OutboxView) =>
  reaction.length > 0 || type.length > 0 || about !== null;

export const deliveryFilterOf = ({ show, reaction, type, about }: OutboxView): DeliveryFilter => ({
  ...(STATUSES[show].length > 0 ? { status: STATUSES[show] } : {}),
  ...(reaction.length > 0 ? { reaction: [...new Set(reaction)] } : {}),
  ...(type.length > 0 ? { eventType: [...new Set(type)].slice(0, TYPES_MAX) } : {}),
  ...(about ? { aggregateId: about } : {}),
});

/** The address of a trace: of one request, or of the whole chain. */
export const traceParsers = { request: parseAsName(NAME_MAX), chain: parseAsName(NAME_MAX) };
export const parseTraceView = (params: SearchParams) => createLoader(traceParsers)(params);
export const traceQuery = createSerializer(traceParsers);

export type Traced = { readonly requestId: string } | { readonly correlationId: string };
export const tracedOf = ({ request, chain }: inferParserType<typeof traceParsers>): Traced | null => {
  if (chain) return { correlationId: chain };
  return request ? { requestId: request } : null;
};
export const traceHref = (traced: Traced) =>
  `/outbox/trace${traceQuery("requestId" in traced ? { request: traced.requestId } : { chain: traced.correlationId })}`;
