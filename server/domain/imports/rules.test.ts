import { describe, expect, it } from "vitest";
import type { Problem } from "#server/domain/imports/rules.ts";
import { mapper, minorUnits, missingColumns, repeatedColumns, VALUE_MAX } from "#server/domain/imports/rules.ts";
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
    ["1.005", 2, "too_precise"],
    ["1.500", 2, "too_precise"],
    ["1.0", 0, "too_precise"],
    ["1,000", 2, "not_decimal"],
    ["1e3", 2, "not_decimal"],
    ["$5", 2, "not_decimal"],
    [".5", 2, "not_decimal"],
    ["12345678901234567.89", 2, "too_large"],
  ])("of %s at scale %i is refused", (text, scale, reason) => {
    const told: string[] = [];
    expect(minorUnits(text, scale, (code) => told.push(code))).toBeUndefined();
    expect(told).toEqual([reason]);
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
    expect(read({}, ["CA", "loan", "  ", "", ""]).problems).toEqual([{ field: "title", code: "blank" }]);
  });

  it("goes through its value map, and refuses the value that the map does not name", () => {
    const priority = { column: "kind", values: { A: "LOW" } };
    expect(read({ priority }, ["CA", "A", "n", "", ""]).submission.priority).toBe("LOW");
    const unknown = read({ priority }, ["CA", "constructor", "n", "", ""]);
    expect(unknown.problems).toEqual([{ field: "priority", code: "unmapped", facts: { value: "constructor" } }]);
    const otherwise = { ...priority, otherwise: "NORMAL" };
    expect(read({ priority: otherwise }, ["CA", "Z", "n", "", ""]).submission.priority).toBe("NORMAL");
  });

  it("keeps no more than a request could, however often a template repeats a cell", () => {
    const row = ["CA", "loan", "x".repeat(VALUE_MAX - 1), "", ""];
    const { submission, problems } = read({ summary: { template: "{name}".repeat(1600) } }, row);
    expect([submission.summary, problems]).toEqual([
      undefined,
      [{ field: "summary", code: "too_long", facts: { max: VALUE_MAX } }],
    ]);
  });

  it("is quoted on one line, without half a character", () => {
    const odd = read({ priority: { column: "kind", values: {} } }, ["CA", `a\n${"x".repeat(57)}😀!`, "n", "", ""]);
    expect(odd.problems).toEqual([{ field: "priority", code: "unmapped", facts: { value: `a ${"x".repeat(57)}…` } }]);
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
    ["integer", "1.5", "not_integer"],
    ["number", "NaN", "not_number"],
    ["number", "0x10", "not_number"],
    ["number", "12345678.123456789", "too_many_digits"],
    ["boolean", "maybe", "not_boolean"],
  ])("refuses as %s what is none: %s", (as, value, reason) => {
    const { problems } = read({ payload: { it: { column: "money", as } } }, ["CA", "loan", "n", value, ""]);
    expect(problems).toEqual([{ field: "payload.it", code: reason, facts: { value } }]);
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
