import fc from "fast-check";
import { expect, test } from "vitest";
import { instantOf } from "#components/people/moments.ts";

test.each([
  ["2026-12-03T09:30", "UTC", "2026-12-03T09:30:00.000Z"],
  ["2026-12-03T09:30", "Europe/Madrid", "2026-12-03T08:30:00.000Z"],
  ["2026-07-03T09:30", "Europe/Madrid", "2026-07-03T07:30:00.000Z"],
  ["2026-01-01T00:00", "Asia/Kathmandu", "2025-12-31T18:15:00.000Z"],
  // The clocks go back from 03:00 to 02:00: the first of the two.
  ["2026-10-25T02:30", "Europe/Madrid", "2026-10-25T00:30:00.000Z"],
  // They go forward from 02:00 to 03:00: half an hour after that is 03:30.
  ["2026-03-29T02:30", "Europe/Madrid", "2026-03-29T01:30:00.000Z"],
])("%s in %s is %s", (local, zone, instant) => {
  expect(instantOf(local, zone)).toBe(instant);
});

test("nothing, and what is no time, is no instant", () => {
  for (const text of ["", "tomorrow", "2026-12-03"]) expect(instantOf(text, "UTC")).toBeUndefined();
});

test("what a clock shows at an instant leads back to one at which it shows the same", () => {
  const shownAt = (instant: Date, timeZone: string) =>
    new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" })
      .format(instant)
      .replace(" ", "T");
  const property = fc.property(
    fc.date({ min: new Date("2000-01-01"), max: new Date("2090-01-01"), noInvalidDate: true }),
    fc.constantFrom(
      "UTC",
      "Europe/Madrid",
      "America/New_York",
      "Asia/Kathmandu",
      "Pacific/Apia",
      "Australia/Lord_Howe",
    ),
    (instant, zone) => {
      const shown = shownAt(instant, zone);
      expect(shownAt(new Date(instantOf(shown, zone) as string), zone)).toBe(shown);
    },
  );
  fc.assert(property, { numRuns: 300 });
});
