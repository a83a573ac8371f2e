import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Log, readLines } from "#server/engine/log.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-log-"));
  path = join(folder, "1.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** More than is written at once, so that others have their turn between. */
const long = (sign: string) => sign.repeat(1 << 20);

describe("a log", () => {
  test("that is written anew keeps what is added meanwhile, after what stands there", async () => {
    const log = new Log(path, 0);
    log.add(["old", "older"]);
    const rewriting = log.rewrite([long("a"), long("b")]);
    log.add(["meanwhile"]);
    await rewriting;
    log.add(["afterwards"]);
    expect([...readLines(path)].map((line) => line.slice(0, 10))).toEqual([
      "aaaaaaaaaa",
      "bbbbbbbbbb",
      "meanwhile",
      "afterwards",
    ]);
    expect(log.lines).toBe(4);
    log.close();
  });

  test("that is closed while it is written anew stays closed, and leaves nothing behind", async () => {
    const log = new Log(path, 0);
    const rewriting = log.rewrite([long("a"), long("b")]);
    log.close();
    rmSync(path);
    await rewriting;
    expect([existsSync(path), existsSync(`${path}.new`)]).toEqual([false, false]);
  });

  test("stays as it was when what it would hold cannot be had, and can be written anew later", async () => {
    const log = new Log(path, 0);
    log.add(["kept"]);
    const failing = function* () {
      yield long("a");
      throw new Error("no more");
    };
    await expect(log.rewrite(failing())).rejects.toThrow("no more");
    log.add(["too"]);
    expect([...readLines(path)]).toEqual(["kept", "too"]);
    await log.rewrite(["anew"]);
    expect([...readLines(path)]).toEqual(["anew"]);
    log.close();
  });

  test("loses a last line that was not written to its end, and nothing else", () => {
    writeFileSync(path, '"one"\n"two"\n"tor');
    expect([...readLines(path)]).toEqual(['"one"', '"two"']);
    const log = new Log(path, 2);
    log.add(['"three"']);
    log.close();
    expect([...readLines(path)]).toEqual(['"one"', '"two"', '"three"']);
  });
});
