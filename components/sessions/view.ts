import type { inferRouterInputs } from "@trpc/server";
import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, createParser, createSerializer, parseAsStringLiteral } from "nuqs/server";
import type { AppRouter } from "#server/api/root.ts";
import type { SessionStatus } from "#server/domain/sessions/rules.ts";
import { isNetwork } from "#server/domain/sessions/rules.ts";

type Inputs = inferRouterInputs<AppRouter>["sessions"];
export type SessionFilter = NonNullable<Inputs["list"]["filter"]>;

export const SESSIONS_KEY = "sessions.list";
export const SESSIONS_PAGE = 50;
export const DEVICES_KEY = "sessions.mine";
export const DEVICES_PAGE = 50;

export const SHOWN = ["active", "expired", "revoked", "all"] as const;
type Shown = (typeof SHOWN)[number];
const STATUSES: Record<Shown, SessionStatus[]> = {
  active: ["ACTIVE"],
  expired: ["EXPIRED"],
  revoked: ["REVOKED"],
  all: [],
};

const NAME_MAX = 100;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const kept = (holds: (text: string) => boolean) =>
  createParser({ parse: (text) => (holds(text) ? text : null), serialize: (text) => text });
const parseAsDay = kept((text) => /^\d{4}-\d\d-\d\d$/.test(text) && Boolean(new Date(text).toJSON()?.startsWith(text)));

/** The one owner of every key in the address of the list; what cannot be read is left out. */
export const sessionParsers = {
  show: parseAsStringLiteral(SHOWN).withDefault("active"),
  person: kept((text) => UUID.test(text)),
  browser: kept((text) => text.length > 0 && text.length <= NAME_MAX),
  address: kept(isNetwork),
  opened: parseAsDay,
  seen: parseAsDay,
};
export type SessionView = inferParserType<typeof sessionParsers>;
export type ChangeSessionView = (change: Partial<SessionView>) => void;

export const parseSessionView = (params: SearchParams): SessionView => createLoader(sessionParsers)(params);
export const sessionQuery = createSerializer(sessionParsers);

export const NOT_NARROWED = { person: null, browser: null, address: null, opened: null, seen: null } as const;
export const isNarrowed = (view: SessionView) =>
  (Object.keys(NOT_NARROWED) as (keyof typeof NOT_NARROWED)[]).some((key) => view[key] !== null);

/** A view as the server's filter, whichever of them are shown. Days are UTC days: one address gives everybody the same. */
export const sessionFilterOf = ({ person, browser, address, opened, seen }: SessionView): SessionFilter => ({
  ...(person ? { person } : {}),
  ...(browser ? { browser } : {}),
  ...(address ? { address } : {}),
  ...(opened ? { openedBefore: new Date(opened).toISOString() } : {}),
  ...(seen ? { seenBefore: new Date(seen).toISOString() } : {}),
});

/** What a view lists. */
export const sessionsAsked = (view: SessionView) => ({ filter: sessionFilterOf(view), status: STATUSES[view.show] });

/** The address of one's own devices. */
export const DEVICES_SHOWN = ["live", "ended"] as const;
export const deviceParsers = { show: parseAsStringLiteral(DEVICES_SHOWN).withDefault("live") };
export const parseDeviceView = (params: SearchParams) => createLoader(deviceParsers)(params);
