import type { inferRouterInputs } from "@trpc/server";
import type { SearchParams } from "nuqs/server";
import { createLoader, createParser, createSerializer, parseAsString, parseAsStringLiteral } from "nuqs/server";
import type { AppRouter } from "#server/api/root.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const parseAsId = createParser({ parse: (text) => (UUID.test(text) ? text : null), serialize: (text) => text });

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
const parseAsMoment = createParser({
  parse: (text) => (MOMENT.test(text) && !Number.isNaN(Date.parse(text)) ? text : null),
  serialize: (text) => text,
});

export const ACCESS_TABS = ["why", "who"] as const;
export const HOLDERS_KEY = "access.whoCan";
export const SIMULATION_KEY = "access.simulate";
export const REPLAY_KEY = "access.replayDecisions";
export const UNUSED_KEY = "access.unused.pages";
export const HOLDERS_PAGE = 50;

/** A change of a role or an assignment that nobody has made yet. */
export type ProposedChange = inferRouterInputs<AppRouter>["access"]["simulate"]["change"];

/** The one owner of every key in the address: whom it is about (neither is oneself), what, and where. */
export const accessParsers = {
  tab: parseAsStringLiteral(ACCESS_TABS).withDefault("why"),
  person: parseAsId,
  client: parseAsId,
  what: parseAsStringLiteral(PERMISSIONS),
  where: parseAsId,
  /** A moment of the past; without one it is now. */
  at: parseAsMoment,
};

const load = createLoader(accessParsers);
export const parseAccessView = (params: SearchParams) => load(params);
export const accessQuery = createSerializer(accessParsers);
export type AccessView = ReturnType<typeof parseAccessView>;

/** What is asked of the server; null while it is open what. Without a place it is the tenant as a whole. */
export function questionOf({ person, client, what, where, at }: AccessView) {
  if (!what) return null;
  return {
    permission: what,
    ...(where ? { scopeId: where } : {}),
    ...(person ? { personId: person } : {}),
    ...(client && !person ? { clientId: client } : {}),
    ...(at ? { at } : {}),
  };
}
/** A person or a program, as a question names them. */
export type Whom = { readonly personId: string } | { readonly clientId: string };
export const whomOf = ({ kind, id }: { readonly kind: string; readonly id: string }): Whom =>
  kind === "CLIENT" ? { clientId: id } : { personId: id };
/** The same in the address. */
export const whomIn = (whom: Whom) => ("clientId" in whom ? { client: whom.clientId } : { person: whom.personId });

export type Question = NonNullable<ReturnType<typeof questionOf>>;

/** What is asked for: a role, or whichever gives something with the least beside; and where. */
export const askParsers = { role: parseAsString, what: parseAsStringLiteral(PERMISSIONS), where: parseAsId };
export const askQuery = createSerializer(askParsers);
