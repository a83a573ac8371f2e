import type { inferRouterInputs } from "@trpc/server";
import type { inferParserType, SearchParams } from "nuqs/server";
import {
  createLoader,
  createParser,
  createSerializer,
  parseAsArrayOf,
  parseAsString,
  parseAsStringLiteral,
} from "nuqs/server";
import { parseAmount } from "#components/approvals/amount.ts";
import type { AppRouter } from "#server/api/root.ts";
import { PRIORITIES, STATES } from "#server/domain/approvals/rules.ts";

type ListInput = inferRouterInputs<AppRouter>["approvals"]["list"];
export type Filter = NonNullable<ListInput["filter"]>;

export const VIEW_STATES = ["ALL", ...STATES] as const;
/** As they are shown. */
export const STATE_ORDER = [...STATES, "ALL"] as const;
export const SORTS = [
  "created",
  "updated",
  "due",
  "amount",
  "priority",
] as const satisfies readonly ListInput["sort"][];
export const DIRECTIONS = ["desc", "asc"] as const;
export const DENSITIES = ["compact", "regular", "relaxed"] as const;
export const PAGE_SIZE = 100;

const TEXT_MAX = 200;
const DAY_MS = 86_400_000;

const parseAsAmount = createParser({
  parse: (text) => (parseAmount(text) === null ? null : text),
  serialize: (text) => text,
});

const parseAsDay = createParser({
  parse: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.startsWith(text) ? text : null),
  serialize: (text) => text,
});

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const parseAsId = createParser({
  parse: (text) => (ID.test(text) ? text.toLowerCase() : null),
  serialize: (text) => text,
});

const parseAsSearch = createParser({
  parse: (text) => (text.length <= TEXT_MAX ? text : null),
  serialize: (text) => text,
});

/** The one owner of every key in the inbox's address. */
export const viewParsers = {
  state: parseAsStringLiteral(VIEW_STATES).withDefault("PENDING"),
  type: parseAsArrayOf(parseAsString).withDefault([]),
  priority: parseAsArrayOf(parseAsStringLiteral(PRIORITIES)).withDefault([]),
  org: parseAsArrayOf(parseAsString).withDefault([]),
  requester: parseAsArrayOf(parseAsString).withDefault([]),
  stage: parseAsArrayOf(parseAsString).withDefault([]),
  q: parseAsSearch.withDefault(""),
  min: parseAsAmount,
  max: parseAsAmount,
  from: parseAsDay,
  to: parseAsDay,
  dueFrom: parseAsDay,
  dueTo: parseAsDay,
  overdue: parseAsStringLiteral(["true"]),
  import: parseAsId,
  sort: parseAsStringLiteral(SORTS).withDefault("created"),
  dir: parseAsStringLiteral(DIRECTIONS).withDefault("desc"),
  density: parseAsStringLiteral(DENSITIES).withDefault("regular"),
};

export type View = inferParserType<typeof viewParsers>;
export type ViewKey = keyof View;
/** null puts a part back to its default. */
export type ViewChange = { readonly [K in ViewKey]?: View[K] | null };

const load = createLoader(viewParsers);
export const parseView = (searchParams: SearchParams): View => load(searchParams);
export const viewQuery = createSerializer(viewParsers);

interface KnownOrg {
  readonly id: string;
  readonly code: string;
}

const LISTS: readonly ViewKey[] = ["type", "priority", "org", "requester", "stage"];

/** The keys of an address that could not be read, in whole or in part, and were dropped. */
export function droppedKeys(params: URLSearchParams, view: View, orgs: readonly KnownOrg[]): ViewKey[] {
  return (Object.keys(viewParsers) as ViewKey[]).filter((key) => {
    const raw = params.get(key);
    if (raw === null || raw === "") return false;
    if (key === "org") return view.org.some((code) => !orgs.some((org) => org.code === code));
    if (LISTS.includes(key)) return raw.split(",").length !== (view[key] as readonly string[]).length;
    return viewParsers[key].parse(raw) === null;
  });
}

const nextDay = (day: string) => new Date(Date.parse(day) + DAY_MS).toISOString();

/** A view as the server's filter. Days are UTC days: one address gives everybody the same rows. */
export function filterOf(view: View, orgs: readonly KnownOrg[]): Filter {
  const chosen = orgs.filter((org) => view.org.includes(org.code)).map((org) => org.id);
  const q = view.q.trim();
  return {
    ...(view.state === "ALL" ? {} : { state: [view.state] }),
    ...(view.type.length > 0 ? { type: view.type } : {}),
    ...(view.priority.length > 0 ? { priority: view.priority } : {}),
    ...(chosen.length > 0 ? { org: chosen } : {}),
    ...(view.requester.length > 0 ? { requester: view.requester } : {}),
    ...(view.stage.length > 0 ? { stage: view.stage } : {}),
    ...(q ? { q } : {}),
    ...(view.min ? { amountFrom: parseAmount(view.min) ?? undefined } : {}),
    ...(view.max ? { amountTo: parseAmount(view.max) ?? undefined } : {}),
    ...(view.from ? { createdFrom: new Date(view.from).toISOString() } : {}),
    ...(view.to ? { createdTo: nextDay(view.to) } : {}),
    ...(view.dueFrom ? { dueFrom: new Date(view.dueFrom).toISOString() } : {}),
    ...(view.dueTo ? { dueTo: nextDay(view.dueTo) } : {}),
    ...(view.overdue ? { overdue: true as const } : {}),
    ...(view.import ? { import: view.import } : {}),
  };
}

/**
 * A filter in two: the words that the search engine looks for, and what the database is asked for besides. The engine
 * knows neither ids nor what one import brought; there the database looks for the words itself.
 */
export function wordsOf(filter: Filter): { words: string | null; rest: Filter } {
  const { q, ...rest } = filter;
  return q && !filter.import && !ID.test(q) ? { words: q, rest } : { words: null, rest: filter };
}

/** tRPC's own key of an infinite query drops `direction`, which it takes for its own; here it is the order. */
export const LIST_KEY = ["approvals.list"] as const;

export const listInput = (view: View, orgs: readonly KnownOrg[]) => ({
  filter: filterOf(view, orgs),
  sort: view.sort,
  direction: view.dir,
  limit: PAGE_SIZE,
});

/** How many narrowing parts are on, beside the state that the tabs show. */
export function narrowedBy(view: View): ViewKey[] {
  const on: Record<string, boolean> = {
    type: view.type.length > 0,
    priority: view.priority.length > 0,
    org: view.org.length > 0,
    requester: view.requester.length > 0,
    stage: view.stage.length > 0,
    q: view.q.trim() !== "",
    min: view.min !== null,
    max: view.max !== null,
    from: view.from !== null,
    to: view.to !== null,
    dueFrom: view.dueFrom !== null,
    dueTo: view.dueTo !== null,
    overdue: view.overdue !== null,
    import: view.import !== null,
  };
  return (Object.keys(on) as ViewKey[]).filter((key) => on[key]);
}
