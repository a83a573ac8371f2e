/** How long an (address, account) waits after its nth failure in a row: nothing for two, then 1, 2, 4 … 300 s. */
export const FREE_FAILURES = 2;
export const DELAY_MAX_SECONDS = 300;

/** A path on this site, or nothing: it begins with one slash, and no browser reads a host into it. */
export function safePath(target: string | null | undefined): string | null {
  if (!target || !/^\/(?![/\\])/.test(target) || /[\p{Cc}\\]/u.test(target)) return null;
  return target;
}
