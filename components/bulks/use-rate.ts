"use client";

import { useEffect, useState } from "react";

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Over how long the rate of a running bulk is taken. */
const WINDOW_MS = 5_000;
const NONE: readonly Sample[] = [];

/** Items a second over the last few seconds; null until two answers are known. What was before a pause does not count. */
export function useRate(done: number, at: number, running: boolean): number | null {
  const [samples, setSamples] = useState(NONE);
  useEffect(() => {
    if (!running) setSamples(NONE);
    else if (at > 0) setSamples((kept) => [...kept.filter((sample) => at - sample.at < WINDOW_MS), { at, done }]);
  }, [done, at, running]);
  const [first, last] = [samples[0], samples.at(-1)];
  if (!running || !first || !last || last.at <= first.at || last.done <= first.done) return null;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}
