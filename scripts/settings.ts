import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnvironment } from "../server/platform/environment.ts";
import { readLocations } from "../server/platform/location-database.ts";
import { ROOT } from "./install.mjs";
import { secrets } from "./secrets.mjs";

const UNKNOWN_YET = "postgresql://unknown-yet";

export type Mode = "start" | "dev" | "tool";

export type Settings = {
  production: boolean;
  dataDir: string;
  host: string;
  port: number;
  url: string;
  /** The owner's address; without it, and without the two roles' addresses, the embedded server is used. */
  adminUrl: string | undefined;
  appUrl: string | undefined;
  workerUrl: string | undefined;
  /** Where a search engine of the operator's is; without it one is started beside us. */
  searchUrl: string | undefined;
  authSecret: string;
  coreApiToken: string;
  /** What every child gets; the addresses of the roles are added once they are known. */
  childEnvironment: NodeJS.ProcessEnv;
};

export function readSettings(mode: Mode): Settings {
  if (existsSync(resolve(ROOT, ".env"))) process.loadEnvFile(resolve(ROOT, ".env"));
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  // Only an operator's own NODE_ENV makes it production: `npm start` on a bare machine shows the demo.
  const appEnv =
    given.APP_ENV ?? (given.NODE_ENV === "production" ? "production" : mode === "dev" ? "development" : "demo");
  const production = appEnv === "production";
  const dataDir = resolve(ROOT, given.DATA_DIR ?? ".data");
  const { AUTH_SECRET, CORE_API_TOKEN } = secrets(given, dataDir, production);
  const { DATABASE_URL, ...rest } = given;
  const childEnvironment = {
    ...rest,
    NODE_ENV: mode === "dev" ? "development" : "production",
    APP_ENV: appEnv,
    PORT: given.PORT ?? (mode === "dev" ? "3001" : "3000"),
    DATA_DIR: dataDir,
    AUTH_SECRET,
    CORE_API_TOKEN,
    NEXT_TELEMETRY_DISABLED: "1",
  } as NodeJS.ProcessEnv;
  // What a child would refuse is said here in one sentence, before anything is started or built.
  const addresses = { DATABASE_APP_URL: UNKNOWN_YET, DATABASE_WORKER_URL: UNKNOWN_YET };
  const { HOST, PORT, APP_URL, LOCATION_DATABASE } = parseEnvironment({ ...addresses, ...childEnvironment });
  if (LOCATION_DATABASE) readLocations(LOCATION_DATABASE);
  return {
    production,
    dataDir,
    host: HOST,
    port: PORT,
    url: APP_URL,
    adminUrl: DATABASE_URL,
    appUrl: given.DATABASE_APP_URL,
    workerUrl: given.DATABASE_WORKER_URL,
    searchUrl: given.TYPESENSE_URL,
    authSecret: AUTH_SECRET,
    coreApiToken: CORE_API_TOKEN,
    childEnvironment,
  };
}
