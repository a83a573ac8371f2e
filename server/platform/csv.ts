import { stringify } from "csv-stringify/sync";

/** Excel takes a file for UTF-8 by this mark alone. */
export const CSV_MARK = "\ufeff";

/** What a spreadsheet takes for a formula. Behind guards too, so that taking one away gives back what was there. */
const FORMULA = /^'*[=+\-@\t\r]/;

/** A text that spreadsheets show as it is. */
export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Numbers are numbers, and stay as they are, below zero too; whatever a person wrote is text. */
export type Cell = string | number | bigint | null;

/** Rows as lines. Text stands in quotes, numbers without, so that a reader can tell them apart. */
export const csvLines = (rows: readonly (readonly Cell[])[]): string =>
  stringify(
    rows.map((row) => row.map((cell) => (typeof cell === "string" ? guarded(cell) : cell))),
    { quoted_string: true, record_delimiter: "\r\n" },
  );
