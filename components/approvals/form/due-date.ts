const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const kept =
    formats.get(zone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
  formats.set(zone, kept);
  return kept;
}

function partsIn(zone: string, at: Date): Readonly<Record<string, string>> {
  return Object.fromEntries(
    formatIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
}

/** How far the clocks of a zone are ahead of UTC, in milliseconds, to the minute. */
function ahead(zone: string, at: number): number {
  const { year, month, day, hour, minute } = partsIn(zone, new Date(at));
  return (
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) -
    Math.floor(at / 60_000) * 60_000
  );
}

/** The day of an instant where its reader is, as a date field has it. */
export function dayIn(zone: string, at: string | Date): string {
  const { year = "", month, day } = partsIn(zone, new Date(at));
  return `${year.padStart(4, "0")}-${month}-${day}`;
}

/** The last minute of a day where its writer is. Looked at twice: the clocks may change between the guess and the answer. */
export function endOfDay(zone: string, day: string): string {
  const wall = Date.parse(`${day}T23:59:00Z`);
  const guess = wall - ahead(zone, wall);
  return new Date(wall - ahead(zone, guess)).toISOString();
}
