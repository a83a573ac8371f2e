/** What the page notes of itself from its first byte on. It runs in the browser: nothing outside is in its reach. */
export interface Noted {
  lcp: number;
  cls: number;
  /** The longest event of each interaction, by its id. */
  interactions: Record<string, number>;
  /** From a key to the end of the frame that shows what it did. */
  keys: { key: string; ms: number }[];
}

interface Shift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}
interface Timing extends PerformanceEntry {
  readonly interactionId: number;
}

export function note(): void {
  const noted: Noted = { lcp: 0, cls: 0, interactions: {}, keys: [] };
  Object.assign(window, { noted });
  const watch = (type: string, each: (entry: PerformanceEntry) => void, options = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...options });
  watch("largest-contentful-paint", ({ startTime }) => {
    noted.lcp = startTime;
  });
  watch("layout-shift", (entry) => {
    const { value, hadRecentInput } = entry as Shift;
    if (!hadRecentInput) noted.cls += value;
  });
  watch(
    "event",
    (entry) => {
      const { interactionId, duration } = entry as Timing;
      if (interactionId) noted.interactions[interactionId] = Math.max(noted.interactions[interactionId] ?? 0, duration);
    },
    { durationThreshold: 16 },
  );
  addEventListener(
    "keydown",
    ({ key, timeStamp }) => {
      // A message posted within the frame is read after it was painted.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => noted.keys.push({ key, ms: performance.now() - timeStamp });
        port2.postMessage(null);
      });
    },
    { capture: true },
  );
}
