import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { MEMBER_STATUSES } from "#server/domain/people/rules.ts";

export const PEOPLE_KEY = "people.list";
export const PEOPLE_PAGE = 50;
export const SEARCH_MAX = 100;

export const PEOPLE_TABS = ["members", "invitations"] as const;

/** The one owner of every key in the address of the list; what cannot be read is left out. */
export const peopleParsers = {
  tab: parseAsStringLiteral(PEOPLE_TABS).withDefault("members"),
  q: parseAsString.withDefault(""),
  status: parseAsStringLiteral(MEMBER_STATUSES),
};
export type PeopleView = inferParserType<typeof peopleParsers>;

export const parsePeopleView = (params: SearchParams): PeopleView => createLoader(peopleParsers)(params);

export const isNarrowed = ({ q, status }: PeopleView) => q.trim() !== "" || status !== null;

export const peopleFilterOf = ({ q, status }: PeopleView) => ({
  ...(q.trim() ? { q: q.trim().slice(0, SEARCH_MAX) } : {}),
  ...(status ? { status } : {}),
});
export type PeopleFilter = ReturnType<typeof peopleFilterOf>;
