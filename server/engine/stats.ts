import { cpus, freemem, loadavg, totalmem } from "node:os";

const WINDOW_MS = 10_000;
/** Requests that are remembered; more within the window are counted as this many. */
const KEPT = 100_000;

type Group = "search" | "import" | "write" | "delete" | "other";
const GROUPS = ["search", "import", "write", "delete"] as const;

interface Seen {
  readonly at: number;
  readonly route: string;
  readonly group: Group;
  readonly ms: number;
}

/** What was asked in the last ten seconds, and how long it took. */
export class Stats {
  #seen: Seen[] = [];

  note(route: string, group: Group, ms: number): void {
    this.#seen.push({ at: performance.now(), route, group, ms });
    if (this.#seen.length > KEPT) this.#seen = this.#recent().slice(-KEPT / 2);
  }

  #recent(): Seen[] {
    const from = performance.now() - WINDOW_MS;
    return this.#seen.filter(({ at }) => at >= from);
  }

  read(): Record<string, unknown> {
    this.#seen = this.#recent();
    const perSecond = (list: readonly Seen[]) => list.length / (WINDOW_MS / 1_000);
    const mean = (list: readonly Seen[]) =>
      list.length === 0 ? 0 : list.reduce((sum, { ms }) => sum + ms, 0) / list.length;
    const routes = Map.groupBy(this.#seen, ({ route }) => route);
    const by = (figure: (list: readonly Seen[]) => number) =>
      Object.fromEntries([...routes].map(([route, list]) => [route, figure(list)]));
    const groups = GROUPS.flatMap((group) => {
      const list = this.#seen.filter((seen) => seen.group === group);
      return [
        [`${group}_latency_ms`, mean(list)],
        [`${group}_requests_per_second`, perSecond(list)],
      ];
    });
    return {
      latency_ms: by(mean),
      requests_per_second: by(perSecond),
      ...Object.fromEntries(groups),
      overloaded_requests_per_second: 0,
      total_requests_per_second: perSecond(this.#seen),
      pending_write_batches: 0,
    };
  }
}

/** The process and its machine, as text. */
export function metrics(): Record<string, string> {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const [load = 0] = loadavg();
  return {
    system_cpu_active_percentage: Math.min(100, (load / cpus().length) * 100).toFixed(2),
    system_memory_total_bytes: `${totalmem()}`,
    system_memory_used_bytes: `${totalmem() - freemem()}`,
    typesense_memory_active_bytes: `${rss}`,
    typesense_memory_allocated_bytes: `${heapUsed + external}`,
    typesense_memory_mapped_bytes: `${heapTotal + external}`,
    typesense_memory_resident_bytes: `${rss}`,
  };
}
