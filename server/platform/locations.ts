import "server-only";
import { env } from "#server/platform/env.ts";
import type { Locate } from "#server/platform/location-database.ts";
import { readLocations } from "#server/platform/location-database.ts";

// On the global object: a bundler may load this module more than once in a process, and the file has tens of megabytes.
const shared = globalThis as { countersignLocate?: Locate };
shared.countersignLocate ??= env.LOCATION_DATABASE ? readLocations(env.LOCATION_DATABASE) : () => "";

export const locate: Locate = shared.countersignLocate;
