import { describe, expect, it } from "vitest";
import { readRows } from "#server/domain/imports/read-rows.ts";
import { COLUMNS_MAX, ROWS_MAX } from "#server/domain/imports/rules.ts";
import { codeOf, refused } from "#server/testing/refused.ts";

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Buffer, { size = 64 * 1024, delimiter = "," } = {}) {
  const file = await readRows(chunks(Buffer.from(text as string), size), delimiter);
  const rows: (readonly [number, unknown])[] = [];
  for await (const { line, cells, flaw } of file.rows) rows.push([line, flaw ?? cells]);
  return { header: file.header, rows };
}

describe("a file", () => {
  it.each([1, 2, 3, 7, 65536])(
    "reads the same in chunks of %i bytes, with the mark of UTF-8 and without it",
    async (size) => {
      const text = 'a,b\n"é, ☃",😀\n';
      const expected = { header: ["a", "b"], rows: [[2, ["é, ☃", "😀"]]] };
      expect(await read(text, { size })).toEqual(expected);
      expect(await read(`\ufeff${text}`, { size })).toEqual(expected);
      expect(await read(`\ufeff${text.replace("a,b", '"a",b')}`, { size })).toEqual(expected);
    },
  );

  it.each([
    ["\n", "line feeds"],
    ["\r\n", "carriage returns and line feeds"],
    ["\r", "carriage returns"],
  ])("numbers its lines through quoted newlines and blank lines (%j: %s)", async (end) => {
    const lines = ["a,b", '"x', "y", 'z",1', "", "", '"q""q",2', '3,"', '"', "4,5"];
    const { rows } = await read(lines.join(end));
    expect(rows.map(([line]) => line)).toEqual([2, 7, 8, 10]);
    expect(rows[0]?.[1]).toEqual([`x${end}y${end}z`, "1"]);
  });

  it("refuses a row that is not UTF-8 with its line, and replaces nothing", async () => {
    const bytes = Buffer.concat([
      Buffer.from("a,b\n1,2\n"),
      Buffer.from([0x63, 0xe9, 0x2c, 0x33, 0x0a]),
      Buffer.from("4,é\n"),
    ]);
    expect((await read(bytes)).rows).toEqual([
      [2, ["1", "2"]],
      [3, { code: "encoding" }],
      [4, ["4", "é"]],
    ]);
  });

  it("refuses a row of too few or too many cells", async () => {
    expect((await read("a,b\n1\n1,2,3\n1,2\n")).rows).toEqual([
      [2, { code: "cells", facts: { cells: 1, columns: 2 } }],
      [3, { code: "cells", facts: { cells: 3, columns: 2 } }],
      [4, ["1", "2"]],
    ]);
  });

  it("keeps blanks and formula characters as they are", async () => {
    expect((await read("a,b,c,d\n, x ,=1+1,@cmd\n-3,+4,,\n")).rows).toEqual([
      [2, ["", " x ", "=1+1", "@cmd"]],
      [3, ["-3", "+4", "", ""]],
    ]);
  });

  it("may separate its cells by another sign", async () => {
    expect((await read("a;b\n1,5;2\n", { delimiter: ";" })).rows).toEqual([[2, ["1,5", "2"]]]);
  });

  it.each([
    ["", "import.empty", {}],
    ['a,b\n1,2\n3,"x\n', "import.not_csv", { line: 3, flaw: "open_quote" }],
    ['a,b\n"x\ny",2\n3,x"y"\n', "import.not_csv", { line: 4, flaw: "quote_inside" }],
    ['a,b\n1,"x"y\n', "import.not_csv", { line: 2, flaw: "after_quote" }],
    [`a,b\n1,"${"x".repeat(1024 * 1024 + 1)}`, "import.not_csv", { line: 2, flaw: "too_long" }],
    ["a\u0000b\n", "import.not_csv", { line: 1, flaw: "not_text" }],
    [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), "import.not_csv", { line: 1, flaw: "not_text" }],
    [Buffer.from("\ufeffa,b\n", "utf16le"), "import.encoding", {}],
    [
      `${Array.from({ length: COLUMNS_MAX + 1 }, (_, i) => `c${i}`)}\n`,
      "import.too_many_columns",
      { max: COLUMNS_MAX },
    ],
  ])("is refused as a whole where its rows cannot be told apart (%#)", async (text, code, facts) => {
    expect(await refused(read(text))).toEqual({ code, facts });
  });

  it("has a limit of rows", async () => {
    async function* many() {
      const chunk = Buffer.from("1\n".repeat(10_000));
      for (let i = 0; i <= ROWS_MAX / 10_000; i++) yield chunk;
    }
    const { rows } = await readRows(many(), ",");
    const count = async () => {
      for await (const row of rows) void row;
    };
    expect(await codeOf(count())).toBe("import.too_many_rows");
  });
});
