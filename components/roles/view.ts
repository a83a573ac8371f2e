import { parseAsStringLiteral } from "nuqs/server";

export const ROLES_TABS = ["matrix", "unused"] as const;

/** The one owner of every key in the address. */
export const rolesParsers = { tab: parseAsStringLiteral(ROLES_TABS).withDefault("matrix") };
