import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { MEMBER_STATUSES } from "#server/domain/people/rules.ts";
import { QUERY_MAX } from "#server/domain/search/rules.ts";

export const PEOPLE_KEY = "people.list";
export const PEOPLE_PAGE = 50;

export const PEOPLE_TABS = ["members", "invitations"] as const;

/** The one owner of every key in the address of the list; what cannot be read is left out. */
export const peopleParsers = {
  tab: parseAsStringLiteral(PEOPLE_TABS).withDefault("members"),
  q: parseAsString.withDefault(""),
  status: parseAsArrayOf(parseAsStringLiteral(MEMBER_STATUSES)).withDefault([]),
};
export type PeopleView = inferParserType<typeof peopleParsers>;

export const parsePeopleView = (params: SearchParams): PeopleView => createLoader(peopleParsers)(params);

export const isNarrowed = ({ q, status }: PeopleView) => q.trim() !== "" || status.length > 0;

/** What a view asks for: the words that are looked for, and the rest of it as the server's filter. */
export const peopleAsked = ({ q, status }: PeopleView) => ({
  words: q.trim().slice(0, QUERY_MAX),
  filter: status.length > 0 ? { status: [...new Set(status)] } : {},
});
