import fc from "fast-check";
import { expect, test } from "vitest";
import { dayIn, endOfDay } from "./due-date.ts";

test.each([
  ["UTC", "2026-03-01", "2026-03-01T23:59:00.000Z"],
  ["Asia/Kathmandu", "2026-03-01", "2026-03-01T18:14:00.000Z"],
  ["America/New_York", "2026-03-07", "2026-03-08T04:59:00.000Z"],
  ["America/New_York", "2026-03-08", "2026-03-09T03:59:00.000Z"], // the clocks went forward that morning
  ["America/New_York", "2026-11-01", "2026-11-02T04:59:00.000Z"], // and back again
  ["Pacific/Kiritimati", "2026-01-01", "2026-01-01T09:59:00.000Z"],
  ["Pacific/Pago_Pago", "2026-12-31", "2027-01-01T10:59:00.000Z"],
])("in %s %s ends at %s", (zone, day, at) => {
  expect(endOfDay(zone, day)).toBe(at);
});

test("every day ends on itself, wherever one is", () => {
  const zone = fc.constantFrom(
    "UTC",
    "Asia/Kathmandu",
    "America/Santiago",
    "Europe/Madrid",
    "Australia/Lord_Howe",
    "Africa/Cairo",
  );
  const day = fc
    .date({ min: new Date("1990-01-01"), max: new Date("2060-01-01"), noInvalidDate: true })
    .map((d) => d.toISOString().slice(0, 10));
  fc.assert(
    fc.property(zone, day, (where, date) => {
      expect(dayIn(where, endOfDay(where, date))).toBe(date);
    }),
    { numRuns: 500 },
  );
});
