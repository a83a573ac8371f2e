import type { Filter, View } from "#components/approvals/view.ts";
import type { Narrowed } from "#components/search/facets.tsx";
import type { Search } from "#components/search/find.ts";
import { filterOf } from "#server/domain/search/rules.ts";

/** A view of requests in the engine's words. */

const FIELDS = {
  created: "created_at",
  updated: "updated_at",
  due: "due_at(missing_values: last)",
  amount: "amount(missing_values: last)",
  priority: "priority_rank",
} as const satisfies Record<View["sort"], string>;

/** What fits best comes first, unless another order is asked for. */
export function orderOf(sort: View["sort"], direction: View["dir"]): string {
  const asked = `${FIELDS[sort]}:${direction}`;
  return sort === "created" && direction === "desc" ? `_text_match:desc,${asked}` : asked;
}

const MINUTE_MS = 60_000;

const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
const whole = (text: string | number | undefined) => (text === undefined ? undefined : BigInt(text));

/** A list's filter; what is searched for goes beside it. */
function engineFilter({ q: _, import: __, ...filter }: Filter): string {
  return filterOf(
    {
      ...filter,
      amountFrom: whole(filter.amountFrom),
      amountTo: whole(filter.amountTo),
      createdFrom: date(filter.createdFrom),
      createdTo: date(filter.createdTo),
      dueFrom: date(filter.dueFrom),
      dueTo: date(filter.dueTo),
    },
    // By the minute, so that one view is one question however often it is rendered.
    Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS,
  );
}

export function searchOf(words: string, filter: Filter, order?: string): Search {
  const search = { collection: "approvals", words, filters: engineFilter(filter) } as const;
  return order === undefined ? search : { ...search, order };
}

/** The facets of a list of requests: parts of its filter, and the engine's names for them. */
export const FACETS = {
  state: "state",
  type: "type",
  priority: "priority",
  org: "org_id",
  requester: "requester",
  stage: "stage",
} as const;

export function narrowedOf({ q, state, type, priority, org, requester, stage, ...rest }: Filter): Narrowed {
  const chosen = { state, type, priority, org_id: org, requester, stage };
  return {
    words: q ?? "",
    filters: engineFilter(rest),
    chosen: Object.fromEntries(Object.entries(chosen).map(([name, values]) => [name, values ?? []])),
  };
}
