/** What a field for a day and a time holds. */
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/;
const MINUTE_MS = 60_000;

/** By how much the clocks of a zone are ahead of UTC at an instant. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(instant);
  const at = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(at("year"), at("month") - 1, at("day"), at("hour"), at("minute"));
  return shown - Math.floor(instant / MINUTE_MS) * MINUTE_MS;
}

/**
 * The instant at which the clocks of a zone show this, as ISO 8601; undefined where nothing was entered. Of an hour
 * that a clock shows twice, the first; of one that it leaps over, as long after the leap.
 */
export function instantOf(local: string, timeZone: string): string | undefined {
  const [, ...fields] = LOCAL.exec(local) ?? [];
  if (fields.length === 0) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = fields.map(Number);
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  const guesses = [shown - DAY_MS, shown + DAY_MS].map((around) => shown - offsetAt(around, timeZone));
  const right = guesses.filter((guess) => guess + offsetAt(guess, timeZone) === shown);
  return new Date(right.length > 0 ? Math.min(...right) : Math.max(...guesses)).toISOString();
}

const DAY_MS = 86_400_000;

/** What a field shows of an instant, by the clocks of a zone. */
export function localOf(instant: string, timeZone: string): string {
  const at = Date.parse(instant);
  return new Date(Math.floor(at / MINUTE_MS) * MINUTE_MS + offsetAt(at, timeZone)).toISOString().slice(0, 16);
}
