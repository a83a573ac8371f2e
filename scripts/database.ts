import type { EmbeddedPostgres } from "../server/platform/embedded-postgres.ts";
import { startEmbeddedPostgres } from "../server/platform/embedded-postgres.ts";
import type { Settings } from "./settings.ts";

export type Database = {
  /** The owner's address; absent where an operator migrates elsewhere and gave only the roles' addresses. */
  adminUrl: string | undefined;
  embedded: EmbeddedPostgres | undefined;
  stop: () => Promise<void>;
};

export async function openDatabase(settings: Settings, log: (line: string) => void): Promise<Database> {
  const { adminUrl, appUrl, workerUrl, dataDir } = settings;
  if (adminUrl || (appUrl && workerUrl)) return { adminUrl, embedded: undefined, stop: async () => {} };
  const embedded = await startEmbeddedPostgres({ folder: dataDir, database: "countersign", log });
  return { adminUrl: embedded.adminUrl, embedded, stop: embedded.stop };
}

/** Brings the schema up to date and returns the variables through which children reach the database. */
export async function roleAddresses(settings: Settings, { adminUrl }: Database, log: (line: string) => void) {
  const { authSecret, appUrl, workerUrl } = settings;
  if (!adminUrl) return { DATABASE_APP_URL: appUrl, DATABASE_WORKER_URL: workerUrl };
  // graphile-worker and pg cost 0.2 s to load; a refused start should not pay for them.
  const { migrate } = await import("../prisma/migrate.ts");
  const urls = await migrate({ adminUrl, authSecret, log, appUrl, workerUrl });
  return { DATABASE_APP_URL: urls.appUrl, DATABASE_WORKER_URL: urls.workerUrl };
}
