import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { say } from "../measure/rounds.ts";
import type { Document } from "./workload.ts";
import { FACETS, PER_PAGE, STATE } from "./workload.ts";

/** A way to ask: answers how many were found. */
export type Ask = (words: string) => Promise<number>;

export interface Searched {
  readonly ask: Ask;
  readonly stop: () => Promise<unknown>;
}

const COLLECTION = "bench";
const BATCH = 1_000;

/** Whatever speaks Typesense's protocol at an address, filled with the documents. */
export async function typesense(
  name: string,
  url: string,
  key: string,
  documents: readonly Document[],
): Promise<Searched> {
  const send = async (method: string, path: string, body?: string) => {
    const answer = await fetch(url + path, {
      method,
      headers: { "x-typesense-api-key": key },
      ...(body ? { body } : {}),
    });
    if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`);
    return answer;
  };
  const text = (field: string, facet = false) => ({ name: field, type: "string", facet });
  const fields = [
    ...[text("title"), text("requester"), text("kind", true), text("state", true), text("org", true)],
    { name: "amount", type: "int32", facet: true },
    { name: "created_at", type: "int64" },
  ];
  await send("POST", "/collections", JSON.stringify({ name: COLLECTION, fields }));
  const from = performance.now();
  for (let at = 0; at < documents.length; at += BATCH) {
    const lines = documents.slice(at, at + BATCH).map((document) => JSON.stringify(document));
    await send("POST", `/collections/${COLLECTION}/documents/import`, lines.join("\n"));
  }
  const rate = documents.length / ((performance.now() - from) / 1_000);
  say(`${name}: imported at ${Math.round(rate).toLocaleString("en")} documents a second`);
  return {
    ask: async (words) => {
      const search = {
        collection: COLLECTION,
        q: words,
        query_by: "title,requester",
        sort_by: "_text_match:desc,created_at:desc",
        filter_by: `state:=[\`${STATE}\`]`,
        facet_by: FACETS.join(","),
        per_page: PER_PAGE,
        max_candidates: 10_000,
        drop_tokens_threshold: 0,
      };
      const { results } = await (await send("POST", "/multi_search", JSON.stringify({ searches: [search] }))).json();
      return results[0].found as number;
    },
    stop: () => send("DELETE", `/collections/${COLLECTION}`),
  };
}

/** Megabytes that a process holds. */
function memoryOf(pid: number): number {
  const held = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(held) / 1_024);
}

const KEY = "a-key-of-the-bench";

/** The engine that comes along, in a process of its own. */
export async function embedded(folder: string, documents: readonly Document[]): Promise<Searched> {
  const program = fileURLToPath(new URL("../../server/engine/main.ts", import.meta.url));
  const options = ["--data-dir", folder, "--api-key", KEY, "--api-port", "0"];
  const child = spawn(process.execPath, [program, ...options], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line")) as [string];
  const url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
  const before = memoryOf(child.pid as number);
  const engine = await typesense("engine", url, KEY, documents);
  await engine.ask("first");
  say(`engine: holds ${memoryOf(child.pid as number)} MB, ${before} MB of them empty`);
  return {
    ask: engine.ask,
    stop: async () => {
      child.kill();
      await once(child, "exit");
    },
  };
}
