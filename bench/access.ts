import { performance } from "node:perf_hooks";
import type { Peer, Question } from "./access/peers.ts";
import { casbin, casl, cedar, ours, oursTimed, plainMap } from "./access/peers.ts";
import { SESSION_CHECKS, sessionCheck } from "./access/session.ts";
import { makeCase } from "./access/workload.ts";
import { median, say } from "./measure/rounds.ts";

/**
 * Checks in process of one caller with 1,000 assignments: ours beside casbin, CASL, Cedar and a Map of all answers, in one
 * run; what it costs to make each of them ready; and the look-up of a session that stands before the checks.
 */

const ROUNDS = 5;
const SHARES = [0.5, 0.99] as const;

const given = makeCase();
const peers: Peer[] = [ours, oursTimed, casl, plainMap, cedar, casbin];

const LIBRARIES = [casl, cedar, casbin];

const at = (sorted: readonly number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
const number = (n: number, digits = 0) => n.toLocaleString("en", { maximumFractionDigits: digits });

interface Measured {
  readonly builds: number[];
  readonly rates: number[];
  readonly times: number[];
  /** Of questions that were never asked before. */
  readonly firsts: number[];
}

const nothing = (): Measured => ({ builds: [], rates: [], times: [], firsts: [] });

function time(check: (question: Question) => boolean, questions: readonly Question[], into: number[]): void {
  for (const question of questions) {
    const start = process.hrtime.bigint();
    check(question);
    into.push(Number(process.hrtime.bigint() - start) / 1_000);
  }
}

async function round(peer: Peer, into: Measured, expected: ReadonlyMap<Question, boolean>): Promise<void> {
  const questions = given.questions.slice(0, peer.questions);
  const before = performance.now();
  const check = await peer.build(given);
  if (peer.isLazy) for (const question of given.firsts) check(question);
  into.builds.push(performance.now() - before);
  for (const question of questions.slice(0, peer.compared))
    if (check(question) !== expected.get(question)) throw new Error(`${peer.name} answers otherwise`);
  const from = performance.now();
  for (const question of questions) check(question);
  into.rates.push(questions.length / ((performance.now() - from) / 1_000));
  time(check, questions.slice(0, peer.timed), into.times);
  if (peer.isLazy) time(await peer.build(given), questions.slice(0, peer.timed), into.firsts);
}

const truth = await ours.build(given);
const expected = new Map(given.questions.map((question) => [question, truth(question)]));
const measured = new Map(peers.map((peer) => [peer, nothing()]));
for (let n = 0; n <= ROUNDS; n++)
  for (const [peer, into] of measured) await round(peer, n === 0 ? nothing() : into, expected);

say(
  `${given.assignments.length} assignments of ${given.roles.size} roles, ${given.scopes.size} scopes; medians of ${ROUNDS} rounds`,
);
const fastest = Math.max(
  ...[...measured].flatMap(([peer, { rates }]) => (LIBRARIES.includes(peer) ? [median(rates)] : [])),
);
const shares = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  return SHARES.map((share) => `p${share * 100} ${number(at(sorted, share), 2)} µs`).join(", ");
};
for (const [{ name }, { builds, rates, times, firsts }] of measured) {
  const said = `${shares(times)}${firsts.length > 0 ? ` (asked first: ${shares(firsts)})` : ""}`;
  say(
    `${name.padEnd(28)} ${number(median(rates)).padStart(11)} checks/s (${(median(rates) / fastest).toFixed(2)} of the fastest library)   ${said}   ready in ${number(median(builds), 2)} ms`,
  );
}
const session = await sessionCheck();
say(
  `session check, ${SESSION_CHECKS} of them: ${session.queries} query each, p50 ${number(session.p50)} µs, p99 ${number(session.p99)} µs`,
);
process.exit(0);
