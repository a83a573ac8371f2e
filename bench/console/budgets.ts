import { median } from "../measure/rounds.ts";

/** What was measured beside what it may be; both in the same unit. */
export interface Line {
  readonly what: string;
  readonly budget: number | null;
  readonly values: readonly number[];
  readonly unit: "kB" | "ms" | "";
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

const shown = (value: number, unit: Line["unit"]) =>
  unit === "" ? value.toFixed(3) : `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;

/** A line per budget: what it may be, the median of the runs with their range, and whether it holds. */
export function report(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(({ what }) => what.length));
  return lines
    .map(({ what, budget, values, unit }) => {
      const value = median(values);
      const range = `${shown(Math.min(...values), unit)} – ${shown(Math.max(...values), unit)}`;
      const verdict = budget === null ? "" : value <= budget ? "holds" : "MISSED";
      const may = budget === null ? "" : `≤ ${shown(budget, unit)}`;
      return `${what.padEnd(width)}  ${may.padStart(12)}  ${shown(value, unit).padStart(10)}  ${range.padStart(23)}  ${verdict}`;
    })
    .join("\n");
}
