import { z } from "zod";
import { SEARCHES_MAX } from "#server/domain/search/rules.ts";

const FILTER_MAX = 20_000;
const LIST_MAX = 2_000;

const commaList = z.string().max(LIST_MAX);
const whole = z.coerce.number().int();

/** One search as a browser sends it. What is not named here is dropped, whatever it is. */
export const searchInput = z.object({
  collection: z.string().max(100),
  q: z.string().default("*"),
  query_by: commaList.optional(),
  filter_by: z.string().max(FILTER_MAX).optional(),
  facet_by: commaList.optional(),
  facet_query: z.string().max(500).optional(),
  sort_by: commaList.optional(),
  page: whole.min(1).max(1_000_000).optional(),
  per_page: whole.min(0).optional(),
  max_facet_values: whole.min(0).optional(),
});
export type SearchInput = z.output<typeof searchInput>;

export const multiSearchInput = z.object({ searches: z.array(searchInput).min(1).max(SEARCHES_MAX) });
