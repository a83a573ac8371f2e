import { appendFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ask as askAny } from "#server/testing/embedded-engine.ts";
import { Engine } from "#server/testing/engine.ts";
import { LONG } from "#server/testing/long.ts";

const KILLS = LONG ? 50 : 4;

let engine: Engine;

const ask = (method: string, path: string, asked: Parameters<typeof askAny>[3] = {}) =>
  askAny(engine.url, method, path, { key: engine.apiKey, ...asked });

beforeEach(async () => {
  engine = new Engine();
  await engine.start();
  const fields = [
    { name: "n", type: "int32" },
    { name: "text", type: "string" },
  ];
  await ask("POST", "/collections", { body: { name: "things", fields } });
});
afterEach(() => engine.remove());

const put = (from: number, count: number, n: number) => {
  const lines = Array.from({ length: count }, (_, at) => JSON.stringify({ id: `${from + at}`, n, text: `thing ${n}` }));
  return ask("POST", "/collections/things/documents/import?action=upsert", { body: lines.join("\n") });
};
const found = async (filter_by: string) =>
  (await ask("POST", "/multi_search", { body: { searches: [{ collection: "things", q: "*", filter_by }] } })).json
    .results[0].found;

describe("what an engine was told", () => {
  test("is there after it was killed: documents, aliases, keys; a line that was torn is left out", async () => {
    await put(0, 100, 1);
    await ask("DELETE", "/collections/things/documents?filter_by=id:[3,4]");
    await ask("PUT", "/aliases/named", { body: { collection_name: "things" } });
    const key = { description: "k", actions: ["documents:search"], collections: ["*"], value: "a-key" };
    await ask("POST", "/keys", { body: key });
    await ask("POST", "/collections", { body: { name: "gone", fields: [{ name: "n", type: "int32" }] } });
    await ask("DELETE", "/collections/gone");
    await engine.stop();
    appendFileSync(join(engine.folder, "1.jsonl"), '{"id":"half","n":1{"id":"joined","n":1}\n{"id":"torn","n":1');
    await engine.start();
    expect(await found("n:=1")).toBe(98);
    const body = { searches: [{ collection: "named", q: "thing", query_by: "text" }] };
    expect((await ask("POST", "/multi_search", { body, key: "a-key" })).json.results[0].found).toBe(98);
    expect((await ask("GET", "/collections")).json.map(({ name }: { name: string }) => name)).toEqual(["things"]);
    await put(200, 1, 1);
    await engine.stop();
    await engine.start();
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
      // Killed at any moment of the writing, which takes some 100 ms.
      await new Promise((resolve) => setTimeout(resolve, 30 + 90 * Math.random()));
      await engine.stop();
      const sure = (await answers).filter((answer) => answer.status === "fulfilled");
      acknowledged = sure.reduce((sum, { value }) => sum + value, 0);
      await engine.start();
      expect(await found(`n:=${round}`)).toBeGreaterThanOrEqual(acknowledged);
    }
  });

  test("is taken out for good, also by what makes its log be written anew", async () => {
    for (let round = 1; round <= 5; round++) await put(0, 2_000, round);
    await put(2_000, 10, 5);
    // 12,010 lines of 2,010 documents: what goes now leaves more than twice as many and 10,000 behind.
    await ask("DELETE", "/collections/things/documents?filter_by=n:>0");
    await expect.poll(() => statSync(join(engine.folder, "1.jsonl")).size).toBe(0);
    await put(0, 1, 1);
    await engine.stop();
    await engine.start();
    expect(await found("n:>0")).toBe(1);
  });

  test("is written anew when most of it is past, and stays whole meanwhile", async () => {
    for (let round = 1; round <= 12; round++) await put(0, 2_000, round);
    const size = () => statSync(join(engine.folder, "1.jsonl")).size;
    await expect.poll(size).toBeLessThan(12 * 2_000 * 40);
    await put(0, 10, 99);
    await engine.stop();
    expect(readdirSync(engine.folder).toSorted()).toEqual(["1.jsonl", "engine.jsonl"]);
    await engine.start();
    expect([await found("n:=12"), await found("n:=99"), await found("n:<12")]).toEqual([1_990, 10, 0]);
  });
});
