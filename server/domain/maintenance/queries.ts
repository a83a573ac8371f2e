import { database, isTransient, sqlState } from "#server/platform/db.ts";

/** Whether the database answers, in milliseconds; null when it does not. */
export async function pingDatabase(): Promise<number | null> {
  const from = performance.now();
  try {
    await database().pool.query("SELECT 1");
    return Math.round(performance.now() - from);
  } catch {
    return null;
  }
}

/** The database went away or took too long (57014), rather than said no. */
export const isUnavailable = (error: unknown): boolean => isTransient(error) || sqlState(error) === "57014";
