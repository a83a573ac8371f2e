import type { SearchParams } from "nuqs/server";
import { createLoader, parseAsString } from "nuqs/server";

export const SEARCH_MAX = 100;

/** The one owner of every key in the address: what is looked for, and which one is open beside the tree. */
export const organisationParsers = { q: parseAsString.withDefault(""), scope: parseAsString };

export const parseOrganisationView = (params: SearchParams) => createLoader(organisationParsers)(params);

export const scopesInputOf = (q: string) => (q.trim() ? { q: q.trim().slice(0, SEARCH_MAX) } : {});
