import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { env } from "#server/platform/env.ts";
import { say } from "./measure/rounds.ts";

/** A keystroke's search over 100,000 documents: the engine that comes along, and PostgreSQL's own means, in one run. */

const DOCUMENTS = 100_000;
const QUERIES = 300;
const PER_PAGE = 50;
const KEY = "a-key-of-the-bench";
const FACETS = "kind,state,org";

const SYLLABLES = ["ka", "lo", "mi", "ren", "tos", "vel", "dan", "qui", "sor", "pa", "bre", "zu"];
const [KINDS, STATES, ORGS] = [
  ["car", "house", "travel", "card"],
  ["PENDING", "APPROVED", "REJECTED"],
  ["CA", "NY", "TX", "WA"],
];

/** The same numbers in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const roll = dice(7);
const pick = (list: readonly string[]) => list[roll(list.length)] as string;
const newWord = () => Array.from({ length: 2 + roll(3) }, () => pick(SYLLABLES)).join("");
const WORDS = Array.from({ length: 4_000 }, newWord);
/** Few words are frequent, as in any language. */
const someWord = () => WORDS[Math.floor((roll(1_000) / 1_000) ** 3 * WORDS.length)] as string;

const documents = Array.from({ length: DOCUMENTS }, (_, id) => ({
  id: `${id}`,
  title: Array.from({ length: 4 + roll(4) }, someWord).join(" "),
  requester: `${someWord()} ${someWord()}`,
  kind: pick(KINDS as string[]),
  state: pick(STATES as string[]),
  org: pick(ORGS as string[]),
  amount: roll(1_000_000),
  created_at: 1_700_000_000_000 + roll(1_000_000_000),
}));

/** What somebody types: one or two words of a title, the last one to its third letter or to its end. */
const questions = Array.from({ length: QUERIES }, (_, at) => {
  const words = (documents[roll(DOCUMENTS)]?.title ?? "").split(" ").slice(0, 1 + (at % 2));
  const last = words.pop() ?? "";
  return [...words, at % 3 === 0 ? last : last.slice(0, 3)].join(" ");
});

async function engine(folder: string) {
  const program = fileURLToPath(new URL("../server/engine/main.ts", import.meta.url));
  const options = ["--data-dir", folder, "--api-key", KEY, "--api-port", "0"];
  const child = spawn(process.execPath, [program, ...options], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, "line")) as [string];
  const url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
  const send = async (path: string, body: string) => {
    const answer = await fetch(url + path, { method: "POST", headers: { "x-typesense-api-key": KEY }, body });
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  };
  const text = (name: string, facet = false) => ({ name, type: "string", facet });
  const fields = [
    ...[text("title"), text("requester"), text("kind", true), text("state", true), text("org", true)],
    { name: "amount", type: "int32", facet: true },
    { name: "created_at", type: "int64" },
  ];
  const ask = async (q: string) => {
    const sought = { collection: "bench", q, query_by: "title,requester", sort_by: "_text_match:desc,created_at:desc" };
    const searches = [{ ...sought, filter_by: "state:=[`PENDING`]", facet_by: FACETS, per_page: PER_PAGE }];
    const { results } = await (await send("/multi_search", JSON.stringify({ searches }))).json();
    return results[0].found as number;
  };
  await send("/collections", JSON.stringify({ name: "bench", fields }));
  await ask("first");
  const from = performance.now();
  for (let at = 0; at < DOCUMENTS; at += 1_000) {
    const piece = documents.slice(at, at + 1_000).map((document) => JSON.stringify(document));
    await send("/collections/bench/documents/import", piece.join("\n"));
  }
  say(`imported at ${Math.round(DOCUMENTS / ((performance.now() - from) / 1_000))} documents a second`);
  return { ask, stop: () => child.kill() };
}

async function database() {
  const pool = new pg.Pool({ connectionString: env.DATABASE_URL, max: 1 });
  await pool.query(`CREATE TABLE bench_search (id text PRIMARY KEY, title text, requester text, kind text, state text, org text,
    amount int, created_at bigint, words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || requester)) STORED)`);
  await pool.query(
    `INSERT INTO bench_search (id, title, requester, kind, state, org, amount, created_at)
     SELECT id, title, requester, kind, state, org, amount, created_at FROM jsonb_to_recordset($1::jsonb)
     AS d(id text, title text, requester text, kind text, state text, org text, amount int, created_at bigint)`,
    [JSON.stringify(documents)],
  );
  await pool.query("CREATE INDEX ON bench_search USING gin (words)");
  const hasTrigrams = await pool.query("CREATE EXTENSION IF NOT EXISTS pg_trgm").then(
    () => true,
    () => false,
  );
  if (hasTrigrams)
    await pool.query("CREATE INDEX ON bench_search USING gin ((title || ' ' || requester) gin_trgm_ops)");
  await pool.query("VACUUM ANALYZE bench_search");
  /** A page, the number, and the three facets of what a condition leaves. */
  const ask = async (condition: string, values: unknown[]) => {
    const { rows } = await pool.query(
      `WITH found AS MATERIALIZED (SELECT * FROM bench_search WHERE state = 'PENDING' AND ${condition})
       SELECT (SELECT count(*)::int FROM found) AS found,
         (SELECT json_agg(page) FROM (SELECT * FROM found ORDER BY created_at DESC LIMIT ${PER_PAGE}) page) AS hits,
         (SELECT json_agg(f) FROM (SELECT kind, state, org, count(*) FROM found GROUP BY GROUPING SETS (kind, state, org)) f) AS facets`,
      values,
    );
    return rows[0].found as number;
  };
  const byWords = (q: string) =>
    ask("words @@ to_tsquery('simple', $1)", [
      q
        .split(" ")
        .map((word, at, all) => (at === all.length - 1 ? `${word}:*` : word))
        .join(" & "),
    ]);
  const byTrigrams = (q: string) =>
    ask(
      q
        .split(" ")
        .map((_, at) => `(title || ' ' || requester) ILIKE $${at + 1}`)
        .join(" AND "),
      q.split(" ").map((word) => `%${word}%`),
    );
  return { byWords, byTrigrams: hasTrigrams ? byTrigrams : null, stop: () => pool.end() };
}

const at = (sorted: readonly number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
const [own, peer] = [await engine(folder), await database()];
try {
  const variants: [string, (q: string) => Promise<number>][] = [
    ["engine over HTTP", own.ask],
    ["PostgreSQL tsvector", peer.byWords],
    ...(peer.byTrigrams ? [["PostgreSQL pg_trgm", peer.byTrigrams] as [string, typeof peer.byTrigrams]] : []),
  ];
  const times = new Map(variants.map(([name]) => [name, [] as number[]]));
  let differing = 0;
  for (const [n, question] of questions.entries()) {
    const found: number[] = [];
    for (const [name, ask] of variants) {
      const from = performance.now();
      found.push(await ask(question));
      if (n >= 20) times.get(name)?.push(performance.now() - from);
    }
    if (found[0] !== found[1]) differing++;
  }
  const floor = (times.get("PostgreSQL tsvector") ?? []).toSorted((a, b) => a - b);
  say(
    `${DOCUMENTS} documents, ${QUERIES} questions with a filter, three facets and a page of ${PER_PAGE}; ms, and as a share of tsvector's`,
  );
  for (const [name, list] of times) {
    const sorted = list.toSorted((a, b) => a - b);
    const share = (part: number) =>
      `${at(sorted, part).toFixed(1)} (${(at(sorted, part) / at(floor, part)).toFixed(2)})`;
    say(`${name.padEnd(22)} p50 ${share(0.5)}   p95 ${share(0.95)}`);
  }
  if (!peer.byTrigrams) say("pg_trgm is not there in this PostgreSQL");
  say(`${differing} questions of ${QUERIES} had another number of hits by engine and by tsvector`);
} finally {
  own.stop();
  await peer.stop();
  rmSync(folder, { recursive: true });
}
