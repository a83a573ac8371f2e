"use client";

import { useSyncExternalStore } from "react";

const KEY = "countersign.letter-keys";
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const read = () => localStorage.getItem(KEY) !== "off";

/** Whether single letters act (WCAG 2.1.4: they can be turned off). Remembered in this browser. */
export function useLetterKeys(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(subscribe, read, () => true);
  return [
    on,
    (next) => {
      localStorage.setItem(KEY, next ? "on" : "off");
      for (const listener of listeners) listener();
    },
  ];
}
