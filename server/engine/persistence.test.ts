import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ADMIN, ask } from "#server/testing/embedded-engine.ts";
import { LONG } from "#server/testing/long.ts";

const PROGRAM = fileURLToPath(new URL("main.ts", import.meta.url));
const KILLS = LONG ? 50 : 4;

let folder: string;
let child: ChildProcess;
let url: string;

async function start(): Promise<void> {
  const options = ["--data-dir", folder, "--api-key", ADMIN, "--api-port", "0"];
  child = spawn(process.execPath, [PROGRAM, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
    return;
  }
}

async function kill(): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-engine-"));
  await start();
  const fields = [
    { name: "n", type: "int32" },
    { name: "text", type: "string" },
  ];
  await ask(url, "POST", "/collections", { body: { name: "things", fields } });
});
afterEach(async () => {
  await kill();
  rmSync(folder, { recursive: true });
});

const put = (from: number, count: number, n: number) => {
  const lines = Array.from({ length: count }, (_, at) => JSON.stringify({ id: `${from + at}`, n, text: `thing ${n}` }));
  return ask(url, "POST", "/collections/things/documents/import?action=upsert", { body: lines.join("\n") });
};
const found = async (filter_by: string) =>
  (await ask(url, "POST", "/multi_search", { body: { searches: [{ collection: "things", q: "*", filter_by }] } })).json
    .results[0].found;

describe("what an engine was told", () => {
  test("is there after it was killed: documents, aliases, keys; a line that was torn is left out", async () => {
    await put(0, 100, 1);
    await ask(url, "DELETE", "/collections/things/documents?filter_by=id:[3,4]");
    await ask(url, "PUT", "/aliases/named", { body: { collection_name: "things" } });
    const key = { description: "k", actions: ["documents:search"], collections: ["*"], value: "a-key" };
    await ask(url, "POST", "/keys", { body: key });
    await ask(url, "POST", "/collections", { body: { name: "gone", fields: [{ name: "n", type: "int32" }] } });
    await ask(url, "DELETE", "/collections/gone");
    await kill();
    appendFileSync(join(folder, "1.jsonl"), '{"id":"torn","n":1');
    await start();
    expect(await found("n:=1")).toBe(98);
    const body = { searches: [{ collection: "named", q: "thing", query_by: "text" }] };
    expect((await ask(url, "POST", "/multi_search", { body, key: "a-key" })).json.results[0].found).toBe(98);
    expect((await ask(url, "GET", "/collections")).json.map(({ name }: { name: string }) => name)).toEqual(["things"]);
    await put(200, 1, 1);
    await kill();
    await start();
    expect(await found("n:=1")).toBe(99);
  });

  test("and has answered for is never lost, whenever it is killed", async () => {
    let acknowledged = 0;
    for (let round = 1; round <= KILLS; round++) {
      const asked = Array.from({ length: 40 }, (_, at) => put(at * 250, 250, round));
      const answers = Promise.allSettled(
        asked.map(async (answer) => {
          const { text } = await answer;
          return text.split("\n").filter((line) => line === '{"success":true}').length;
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 30 + 90 * Math.random()));
      await kill();
      const sure = (await answers).filter((answer) => answer.status === "fulfilled");
      acknowledged = sure.reduce((sum, { value }) => sum + value, 0);
      await start();
      expect(await found(`n:=${round}`)).toBeGreaterThanOrEqual(acknowledged);
    }
  });

  test("is written anew when most of it is past, and stays whole meanwhile", async () => {
    for (let round = 1; round <= 12; round++) await put(0, 2_000, round);
    const size = () => statSync(join(folder, "1.jsonl")).size;
    await expect.poll(size).toBeLessThan(12 * 2_000 * 40);
    await put(0, 10, 99);
    await kill();
    expect(readdirSync(folder).toSorted()).toEqual(["1.jsonl", "engine.jsonl"]);
    await start();
    expect([await found("n:=12"), await found("n:=99"), await found("n:<12")]).toEqual([1_990, 10, 0]);
  });
});
