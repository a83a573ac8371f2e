import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cell } from "#server/platform/csv.ts";
import { CSV_MARK, csvLines } from "#server/platform/csv.ts";

const STARTS = ["=", "+", "-", "@", "\t", "\r"];
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .tuple(fc.constantFrom("", "'", "''"), fc.constantFrom(...STARTS, '"', ",", "\n", ";", "\ufeff"), fc.string())
    .map((parts) => parts.join("")),
  fc.constantFrom('=HYPERLINK("http://x","y")', "@SUM(1+9)", "-2+3", "+1", "'=1", "\r\n=1", " =1", '"', ""),
);
const number = fc.oneof(fc.integer(), fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }));
const table = fc.integer({ min: 1, max: 6 }).chain((columns) =>
  fc.array(fc.array(fc.oneof(text, number, fc.constant(null)), { minLength: columns, maxLength: columns }), {
    minLength: 1,
    maxLength: 8,
  }),
);

interface Read {
  readonly value: string;
  readonly quoted: boolean;
}

/** As a spreadsheet reads it: the value of each cell, and whether it stood in quotes. */
function read(csv: string): Read[][] {
  const quoted: boolean[][] = [];
  const rows = parse(csv, {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: false,
    cast: (value, { lines: _, records, index, quoting }) => {
      quoted[records] ??= [];
      (quoted[records] as boolean[])[index] = quoting;
      return value;
    },
  }) as string[][];
  return rows.map((row, r) => row.map((value, c) => ({ value, quoted: quoted[r]?.[c] ?? false })));
}

const unguarded = (value: string) => (/^'+[=+\-@\t\r]/.test(value) ? value.slice(1) : value);

test("what is written is read back cell by cell: texts with their guard taken away, numbers as they were", () => {
  fc.assert(
    fc.property(table, (rows) => {
      const back = read(csvLines(rows)).map((row) =>
        row.map(({ value, quoted }) => (quoted ? unguarded(value) : value)),
      );
      expect(back).toEqual(rows.map((row) => row.map((cell: Cell) => (cell === null ? "" : String(cell)))));
    }),
  );
});

test("no cell of text begins with what a spreadsheet takes for a formula, and no number is touched", () => {
  fc.assert(
    fc.property(table, (rows) => {
      for (const [r, row] of read(csvLines(rows)).entries())
        for (const [c, { value, quoted }] of row.entries()) {
          const cell = rows[r]?.[c];
          if (typeof cell === "string") expect(STARTS).not.toContain(value.charAt(0));
          else expect([value, quoted]).toEqual([cell === null || cell === undefined ? "" : String(cell), false]);
        }
    }),
  );
});

test("the mark before a file is not part of its first cell", () => {
  expect(read(CSV_MARK + csvLines([["año", -5]]))).toEqual([
    [
      { value: "año", quoted: true },
      { value: "-5", quoted: false },
    ],
  ]);
});
