import type { inferParserType } from "nuqs/server";
import { parseAsString } from "nuqs/server";

export const CLIENTS_KEY = "serviceClients.list";
export const CLIENTS_PAGE = 50;

/** The one owner of every key in the address of the list. */
export const clientsParsers = { q: parseAsString.withDefault("") };
export type ClientsView = inferParserType<typeof clientsParsers>;

const QUERY_MAX = 100;

/** What a view asks the server for. */
export const clientsAsked = ({ q }: ClientsView) => (q.trim() ? { q: q.trim().slice(0, QUERY_MAX) } : {});
