/** Something that is measured against its neighbours: the same work on rows of its own. */
export interface Variant<T> {
  readonly name: string;
  readonly prepare: (items: number) => Promise<T>;
  readonly items: number;
  readonly run: (prepared: T) => Promise<void>;
  /** After the clock has stopped: that the work was done. */
  readonly check: (prepared: T) => Promise<void>;
}

/** Items per second of each round. */
export type Rates = ReadonlyMap<string, readonly number[]>;

export const say = (line: string) => process.stderr.write(`${line}\n`);

/** Rounds of a, b, c, a, b, c …, so that a busy minute of the machine falls on all alike; one more before them warms up. */
export async function interleave<T>(
  variants: readonly Variant<T>[],
  rounds: number,
  settle: () => Promise<void>,
): Promise<Rates> {
  const rates = new Map(variants.map(({ name }) => [name, [] as number[]]));
  const warmUp = await prepareRound(variants, (items) => Math.ceil(items / 4));
  const prepared = [];
  for (let round = 0; round < rounds; round++) prepared.push(await prepareRound(variants, (items) => items));
  await settle();
  await runRound(variants, warmUp);
  for (const [round, work] of prepared.entries()) {
    const seconds = await runRound(variants, work);
    for (const { name, items } of variants) rates.get(name)?.push(items / (seconds.get(name) ?? Number.NaN));
    const line = variants.map(({ name }) => `${name} ${format(rates.get(name)?.[round] ?? 0)}`).join(" · ");
    say(`  round ${round + 1} of ${rounds}: ${line}`);
  }
  return rates;
}

async function prepareRound<T>(variants: readonly Variant<T>[], size: (items: number) => number) {
  const prepared = new Map<string, T>();
  for (const { name, prepare, items } of variants) prepared.set(name, await prepare(size(items)));
  return prepared;
}

async function runRound<T>(variants: readonly Variant<T>[], prepared: ReadonlyMap<string, T>) {
  const seconds = new Map<string, number>();
  for (const { name, run, check } of variants) {
    const work = prepared.get(name) as T;
    const started = performance.now();
    await run(work);
    seconds.set(name, (performance.now() - started) / 1000);
    await check(work);
  }
  return seconds;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export const format = (value: number) => Math.round(value).toLocaleString("en");

/** A line per variant: the median and the range of its rates. */
export function table(rates: Rates): string {
  const width = Math.max(...[...rates.keys()].map((name) => name.length));
  const lines = [...rates].map(([name, values]) => {
    const range = `${format(Math.min(...values))} – ${format(Math.max(...values))}`;
    return `${name.padEnd(width)}  ${format(median(values)).padStart(8)}  ${range.padStart(17)}`;
  });
  return [`${"".padEnd(width)}  ${"median/s".padStart(8)}  ${"min – max".padStart(17)}`, ...lines].join("\n");
}

/** One variant over another: the ratio of the medians, and the range of the ratios round by round. */
export function ratio(rates: Rates, name: string, other: string): { value: number; range: string } {
  const [above, below] = [rates.get(name) ?? [], rates.get(other) ?? []];
  const each = above.map((rate, round) => rate / (below[round] ?? Number.NaN));
  return {
    value: median(above) / median(below),
    range: `${Math.min(...each).toFixed(2)} – ${Math.max(...each).toFixed(2)}`,
  };
}
