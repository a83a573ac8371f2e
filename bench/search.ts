import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "./measure/rounds.ts";
import { postgres } from "./search/postgres.ts";
import type { Ask } from "./search/typesense.ts";
import { embedded, typesense } from "./search/typesense.ts";
import { PER_PAGE, workload } from "./search/workload.ts";

/**
 * Keystrokes over 10,000 and 100,000 documents: the engine that comes along and PostgreSQL's own means in one run, and a
 * real server where TYPESENSE_URL names one.
 */

const SIZES = [10_000, 100_000];
const QUESTIONS = 600;
const UNMEASURED = 30;
const SHARES = [0.5, 0.95, 0.99] as const;

const at = (sorted: readonly number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
const isOne = <T>(one: T | null): one is T => one !== null;

/** Where `npm run bench` hands on what the machine was asked with. */
const { TYPESENSE_URL: peerUrl, TYPESENSE_API_KEY: peerKey = "" } = process.env;

for (const size of SIZES) {
  const { documents, questions } = workload(size, QUESTIONS);
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  say(`\n${size.toLocaleString("en")} documents`);
  const [own, database] = [await embedded(folder, documents), await postgres(documents)];
  const peer = peerUrl ? await typesense("Typesense", peerUrl, peerKey, documents) : null;
  try {
    const variants = [
      { name: "engine over HTTP", ask: own.ask },
      peer ? { name: "Typesense over HTTP", ask: peer.ask } : null,
      { name: "PostgreSQL tsvector", ask: database.byWords },
      database.byTrigrams ? { name: "PostgreSQL pg_trgm", ask: database.byTrigrams } : null,
    ].filter(isOne<{ name: string; ask: Ask }>);
    const measured = variants.map((variant) => ({
      ...variant,
      times: [] as number[],
      typos: 0,
      found: [] as number[],
    }));
    for (const [number, { words, isMistyped }] of questions.entries())
      for (const variant of measured) {
        const from = performance.now();
        const found = await variant.ask(words);
        if (number >= UNMEASURED) variant.times.push(performance.now() - from);
        if (isMistyped && found > 0) variant.typos++;
        variant.found.push(found);
      }
    const floor = measured.find(({ name }) => name === "PostgreSQL tsvector");
    const floorTimes = (floor?.times ?? []).toSorted((a, b) => a - b);
    const mistyped = questions.filter(({ isMistyped }) => isMistyped).length;
    say(`${QUESTIONS} questions, a filter, two facets, a page of ${PER_PAGE}; ms, and as a share of tsvector's`);
    for (const { name, times, typos } of measured) {
      const sorted = times.toSorted((a, b) => a - b);
      const said = SHARES.map((share) => {
        const ms = at(sorted, share);
        return `p${share * 100} ${ms.toFixed(1)} (${(ms / at(floorTimes, share)).toFixed(2)})`.padEnd(20);
      });
      say(`${name.padEnd(20)} ${said.join(" ")} ${typos} of ${mistyped} mistyped found`);
    }
    const differing = questions.filter(
      ({ isMistyped }, number) => !isMistyped && measured[0]?.found[number] !== floor?.found[number],
    ).length;
    say(`${differing} questions without a typo had another number of hits by engine and by tsvector`);
  } finally {
    await own.stop();
    await peer?.stop();
    await database.stop();
    rmSync(folder, { recursive: true });
  }
}
