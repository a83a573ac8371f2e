"use client";

import { useEffect, useState } from "react";

/** Where the browser does not say when it is idle. */
const LATER_MS = 200;
const IDLE_MS = 1_000;

/** Once the page is alive and has a moment: for what nobody needs before. */
export function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const begin = () => setIdle(true);
    if (typeof requestIdleCallback !== "function") {
      const timer = setTimeout(begin, LATER_MS);
      return () => clearTimeout(timer);
    }
    const asked = requestIdleCallback(begin, { timeout: IDLE_MS });
    return () => cancelIdleCallback(asked);
  }, []);
  return idle;
}
