import type { inferRouterInputs } from "@trpc/server";
import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, createSerializer, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { DAY_MS, parseAsDay, parseAsId, parseAsName } from "#components/audit/view.ts";
import type { AppRouter } from "#server/api/root.ts";
import { OUTCOMES } from "#server/domain/governance/rules.ts";

export type GovernanceFilter = NonNullable<inferRouterInputs<AppRouter>["governance"]["list"]["filter"]>;

export const GOVERNANCE_KEY = "governance.list";
export const GOVERNANCE_PAGE = 100;

const WORDS_MAX = 100;

/** The one owner of every key in the log's address; what cannot be read is left out. */
export const governanceParsers = {
  q: parseAsString.withDefault(""),
  outcome: parseAsStringLiteral(OUTCOMES),
  what: parseAsName,
  operation: parseAsName,
  person: parseAsId,
  client: parseAsId,
  where: parseAsId,
  request: parseAsName,
  from: parseAsDay,
  to: parseAsDay,
  /** The entry that is open beside the list. */
  entry: parseAsId,
};

export type GovernanceView = inferParserType<typeof governanceParsers>;
export type ChangeGovernanceView = (change: Partial<GovernanceView>) => void;

const load = createLoader(governanceParsers);
export const parseGovernanceView = (searchParams: SearchParams): GovernanceView => load(searchParams);
export const governanceQuery = createSerializer(governanceParsers);

export const NOT_NARROWED = {
  q: "",
  outcome: null,
  what: null,
  operation: null,
  person: null,
  client: null,
  where: null,
  request: null,
  from: null,
  to: null,
} as const satisfies Partial<GovernanceView>;

export const isNarrowed = (view: GovernanceView) =>
  (Object.keys(NOT_NARROWED) as (keyof typeof NOT_NARROWED)[]).some((key) => view[key] !== NOT_NARROWED[key]);

/** A view as the server's filter. Days are UTC days: one address gives everybody the same entries. */
export function governanceFilterOf(view: GovernanceView): GovernanceFilter {
  const words = view.q.trim().slice(0, WORDS_MAX);
  return {
    outcome: view.outcome ?? undefined,
    permission: view.what ?? undefined,
    operation: view.operation ?? undefined,
    person: view.person ?? undefined,
    client: view.client ?? undefined,
    scope: view.where ?? undefined,
    requestId: view.request ?? undefined,
    from: view.from ? new Date(view.from).toISOString() : undefined,
    to: view.to ? new Date(Date.parse(view.to) + DAY_MS).toISOString() : undefined,
    q: words === "" ? undefined : words,
  };
}
