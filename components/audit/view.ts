import type { inferRouterInputs } from "@trpc/server";
import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, createParser, createSerializer, parseAsString, parseAsStringLiteral } from "nuqs/server";
import type { AppRouter } from "#server/api/root.ts";
import { AUDIT_CLASSES } from "#server/domain/audit/rules.ts";
import { allOf, anyOf, QUERY_MAX } from "#server/domain/search/rules.ts";

export type AuditFilter = NonNullable<inferRouterInputs<AppRouter>["audit"]["list"]["filter"]>;

export const AUDIT_KEY = "audit.list";
export const AUDIT_PAGE = 100;

const TEXT_MAX = 100;
export const DAY_MS = 86_400_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const kept = (holds: (text: string) => boolean) =>
  createParser({ parse: (text) => (holds(text) ? text : null), serialize: (text) => text });
export const parseAsId = kept((text) => UUID.test(text));
export const parseAsName = kept((text) => text.length > 0 && text.length <= TEXT_MAX);
export const parseAsDay = kept((text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.startsWith(text));

/** The one owner of every key in the audit's address; what cannot be read is left out. */
export const auditParsers = {
  q: parseAsString.withDefault(""),
  person: parseAsId,
  client: parseAsId,
  action: parseAsName,
  class: parseAsStringLiteral(AUDIT_CLASSES),
  type: parseAsName,
  target: parseAsId,
  from: parseAsDay,
  to: parseAsDay,
  request: parseAsName,
  chain: parseAsName,
  /** The entry that is open beside the list. */
  entry: parseAsId,
};

export type AuditView = inferParserType<typeof auditParsers>;
export type ChangeAuditView = (change: Partial<AuditView>) => void;

const load = createLoader(auditParsers);
export const parseAuditView = (searchParams: SearchParams): AuditView => load(searchParams);
export const auditQuery = createSerializer(auditParsers);

export const NOT_NARROWED = {
  q: "",
  person: null,
  client: null,
  action: null,
  class: null,
  type: null,
  target: null,
  from: null,
  to: null,
  request: null,
  chain: null,
} as const satisfies Partial<AuditView>;

export const isNarrowed = (view: AuditView) =>
  (Object.keys(NOT_NARROWED) as (keyof typeof NOT_NARROWED)[]).some((key) => view[key] !== NOT_NARROWED[key]);

/** A view as the server's filter. Days are UTC days: one address gives everybody the same entries. */
export function auditFilterOf(view: AuditView): AuditFilter {
  return {
    person: view.person ?? undefined,
    client: view.client ?? undefined,
    action: view.action ?? undefined,
    class: view.class ?? undefined,
    targetType: view.type ?? undefined,
    target: view.target ?? undefined,
    from: view.from ? new Date(view.from).toISOString() : undefined,
    to: view.to ? new Date(Date.parse(view.to) + DAY_MS).toISOString() : undefined,
    requestId: view.request ?? undefined,
    correlationId: view.chain ?? undefined,
  };
}

/** What a view asks for, whichever entry is open: the words that are looked for, and the rest of it as the filter. */
export const auditAsked = (view: AuditView) => ({
  words: view.q.trim().slice(0, QUERY_MAX),
  filter: auditFilterOf(view),
});

/** The facets of a view, by the engine's names for them, and the rest of it in the engine's words. */
export function auditNarrowed(view: AuditView) {
  const { words, filter } = auditAsked(view);
  const one = (value: string | undefined) => (value === undefined ? [] : [value]);
  return {
    words,
    filters: allOf(
      anyOf("by_id", [...one(filter.person), ...one(filter.client)]),
      anyOf("target_id", one(filter.target)),
      anyOf("request_id", one(filter.requestId)),
      anyOf("correlation_id", one(filter.correlationId)),
      filter.from ? `at:>=${Date.parse(filter.from)}` : "",
      filter.to ? `at:<${Date.parse(filter.to)}` : "",
    ),
    chosen: {
      action: one(filter.action),
      class: one(filter.class),
      target_type: one(filter.targetType),
    },
  };
}
