import { describe, expect, it } from "vitest";
import { readRows } from "#server/domain/imports/read-rows.ts";
import { ROWS_MAX } from "#server/domain/imports/schema.ts";

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Buffer, { size = 64 * 1024, delimiter = "," } = {}) {
  const file = await readRows(chunks(Buffer.from(text as string), size), delimiter);
  const rows: (readonly [number, readonly string[] | string])[] = [];
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
      [3, "is not UTF-8"],
      [4, ["4", "é"]],
    ]);
  });

  it("refuses a row of too few or too many cells", async () => {
    expect((await read("a,b\n1\n1,2,3\n1,2\n")).rows).toEqual([
      [2, "has 1 cells where the header has 2"],
      [3, "has 3 cells where the header has 2"],
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
    ["", "The file is empty."],
    ['a,b\n1,2\n3,"x\n', "begins on line 3 is not CSV: a quote is opened and never closed"],
    ['a,b\n"x\ny",2\n3,x"y"\n', "begins on line 4 is not CSV: a quote stands inside a cell"],
    ['a,b\n1,"x"y\n', "begins on line 2 is not CSV: a quoted cell goes on"],
    [`a,b\n1,"${"x".repeat(1024 * 1024 + 1)}`, "begins on line 2 is not CSV: it is longer than 1024 kB"],
    ["a\u0000b\n", "The file is not CSV in UTF-8."],
    [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), "The file is not CSV in UTF-8."],
    [Buffer.from("\ufeffa,b\n", "utf16le"), "The file is in UTF-16"],
  ])("is refused as a whole where its rows cannot be told apart (%#)", async (text, sentence) => {
    await expect(read(text)).rejects.toThrow(sentence);
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
    await expect(count()).rejects.toThrow("split it");
  });
});
