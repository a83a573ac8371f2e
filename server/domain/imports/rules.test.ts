import { describe, expect, it } from "vitest";
import { mapper, minorUnits, missingColumns, repeatedColumns } from "#server/domain/imports/rules.ts";
import type { Problem } from "#server/domain/imports/schema.ts";
import { importMap } from "#server/domain/imports/schema.ts";

const HEADER = ["state", "kind", "name", "money", "flag"];
const NEEDED = { org: { column: "state" }, type: { column: "kind" }, title: { column: "name" } };

function read(fields: Record<string, unknown>, cells: readonly string[]) {
  const problems: Problem[] = [];
  const map = importMap.parse({ fields: { ...NEEDED, ...fields } });
  return { ...mapper(map, HEADER)(cells, problems), problems };
}

describe("an amount", () => {
  it.each([
    ["12.5", 2, "1250"],
    ["12", 2, "1200"],
    ["-0.01", 2, "-1"],
    ["-0.00", 2, "0"],
    ["007", 0, "7"],
    ["90071992547409.93", 2, "9007199254740993"], // 2^53 + 1: no double holds it
    ["0.000001", 6, "1"],
  ])("of %s at scale %i is %s minor units", (text, scale, minor) => {
    expect(minorUnits(text, scale, () => expect.unreachable())).toBe(minor);
  });

  it.each([
    ["1.005", 2, "more than 2 decimal places"],
    ["1.500", 2, "more than 2 decimal places"],
    ["1.0", 0, "more than 0 decimal places"],
    ["1,000", 2, "not a plain decimal number"],
    ["1e3", 2, "not a plain decimal number"],
    ["$5", 2, "not a plain decimal number"],
    [".5", 2, "not a plain decimal number"],
    ["12345678901234567.89", 2, "too large"],
  ])("of %s at scale %i is refused", (text, scale, reason) => {
    const told: string[] = [];
    expect(minorUnits(text, scale, (message) => told.push(message))).toBeUndefined();
    expect(told).toEqual([expect.stringContaining(reason)]);
  });
});

describe("a field", () => {
  it("takes a column trimmed, or as it is where the map says so", () => {
    expect(read({}, ["CA", "loan", "  nurse ", "", ""]).submission.title).toBe("nurse");
    const kept = read({ title: { column: "name", trim: false } }, ["CA", "loan", "  nurse ", "", ""]);
    expect(kept.submission.title).toBe("  nurse ");
  });

  it("takes a constant in every row", () => {
    expect(read({ type: { constant: "expense" } }, ["CA", "", "n", "", ""]).submission.type).toBe("expense");
  });

  it("fills a template from several columns", () => {
    const title = { template: "{name} in {state} {{draft}}" };
    expect(read({ title }, ["CA", "loan", " nurse", "", ""]).submission.title).toBe("nurse in CA {draft}");
  });

  it("is blank when every column of its template is", () => {
    const title = { template: "{name} ({money})", fallback: "Untitled" };
    expect(read({ title }, ["CA", "loan", " ", "", ""]).submission.title).toBe("Untitled");
  });

  it("falls back where the row has no value, and is named as blank where it may not be", () => {
    const filled = read({ title: { column: "name", fallback: "None given" } }, ["CA", "loan", "  ", "", ""]);
    expect([filled.submission.title, filled.problems]).toEqual(["None given", []]);
    expect(read({}, ["CA", "loan", "  ", "", ""]).problems).toEqual([{ field: "title", message: "is blank" }]);
  });

  it("goes through its value map, and refuses the value that the map does not name", () => {
    const priority = { column: "kind", values: { A: "LOW" } };
    expect(read({ priority }, ["CA", "A", "n", "", ""]).submission.priority).toBe("LOW");
    const unknown = read({ priority }, ["CA", "constructor", "n", "", ""]);
    expect(unknown.problems).toEqual([{ field: "priority", message: '"constructor" is not among the map\'s values' }]);
    const otherwise = { ...priority, otherwise: "NORMAL" };
    expect(read({ priority: otherwise }, ["CA", "Z", "n", "", ""]).submission.priority).toBe("NORMAL");
  });

  it("keeps formula characters as they are", () => {
    const row = ["CA", "loan", "=HYPERLINK(A1)", "", ""];
    expect(read({ summary: { column: "name" } }, row).submission).toMatchObject({
      title: "=HYPERLINK(A1)",
      summary: "=HYPERLINK(A1)",
    });
  });
});

describe("a payload", () => {
  it("has the types that the map gives, and leaves blanks out", () => {
    const payload = {
      text: { column: "name" },
      count: { column: "money", as: "integer" },
      rate: { constant: "14.07", as: "number" },
      flag: { column: "flag", as: "boolean" },
      none: { column: "kind" },
    };
    const { submission, problems } = read({ type: { constant: "t" }, payload }, ["CA", "", "007", "42", "Yes"]);
    expect([submission.payload, problems]).toEqual([{ text: "007", count: 42, rate: 14.07, flag: true }, []]);
  });

  it.each([
    ["integer", "1.5", "not an integer"],
    ["number", "NaN", "not a number"],
    ["number", "0x10", "not a number"],
    ["number", "12345678.123456789", "more digits than a number keeps"],
    ["boolean", "maybe", "neither true nor false"],
  ])("refuses as %s what is none: %s", (as, value, reason) => {
    const { problems } = read({ payload: { it: { column: "money", as } } }, ["CA", "loan", "n", value, ""]);
    expect(problems).toEqual([{ field: "payload.it", message: expect.stringContaining(reason) }]);
  });
});

describe("a header", () => {
  it("lacks what any field, template or payload of the map names", () => {
    const map = importMap.parse({
      fields: {
        ...NEEDED,
        summary: { template: "{name} {gone}" },
        payload: { a: { column: "away" }, b: { column: "flag" } },
      },
    });
    expect(missingColumns(map, HEADER)).toEqual(["gone", "away"]);
  });

  it("names no column twice", () => {
    expect(repeatedColumns(["a", "b", "a", "c", "b"])).toEqual(["a", "b"]);
  });
});

it("takes a plain date for the beginning of that day in UTC", () => {
  expect(read({ dueAt: { column: "money" } }, ["CA", "loan", "n", "2026-03-01", ""]).submission.dueAt).toBe(
    "2026-03-01T00:00:00Z",
  );
});
