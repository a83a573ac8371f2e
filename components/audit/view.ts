import type { inferRouterInputs } from "@trpc/server";
import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, createParser, createSerializer, parseAsStringLiteral } from "nuqs/server";
import type { AppRouter } from "#server/api/root.ts";
import { AUDIT_CLASSES } from "#server/domain/audit/rules.ts";

export type AuditFilter = NonNullable<inferRouterInputs<AppRouter>["audit"]["list"]["filter"]>;

export const AUDIT_KEY = "audit.list";
export const AUDIT_PAGE = 100;

const TEXT_MAX = 100;
const DAY_MS = 86_400_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const kept = (holds: (text: string) => boolean) =>
  createParser({ parse: (text) => (holds(text) ? text : null), serialize: (text) => text });
const parseAsId = kept((text) => UUID.test(text));
const parseAsName = kept((text) => text.length > 0 && text.length <= TEXT_MAX);
const parseAsDay = kept((text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.startsWith(text));

/** The one owner of every key in the audit's address; what cannot be read is left out. */
export const auditParsers = {
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
  (Object.keys(NOT_NARROWED) as (keyof typeof NOT_NARROWED)[]).some((key) => view[key] !== null);

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
