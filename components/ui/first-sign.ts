"use client";

import type { ComponentType } from "react";
import { createElement, lazy, Suspense, useSyncExternalStore } from "react";
import { createStore } from "#components/ui/store.ts";

const SIGNS = ["pointermove", "pointerdown", "keydown"] as const;

const seen = createStore(false);

/** Runs once somebody has moved or pressed anything. */
function atFirstSign(run: () => void): void {
  if (seen.get()) {
    run();
    return;
  }
  const stop = seen.subscribe(() => {
    stop();
    run();
  });
}

if (typeof window !== "undefined") {
  const ends = new AbortController();
  const note = () => {
    ends.abort();
    seen.set(true);
  };
  for (const sign of SIGNS) window.addEventListener(sign, note, { capture: true, passive: true, signal: ends.signal });
}

/** Whether somebody has moved or pressed anything yet. */
export const useFirstSign = () => useSyncExternalStore(seen.subscribe, seen.get, () => false);

/**
 * A component that answers to a person: its code comes with their first movement, before they have asked for it, or
 * when it is shown. For what is never there from the start.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const loaded = () => load().then((component) => ({ default: component }));
  const Loaded = lazy(loaded);
  if (typeof window !== "undefined") atFirstSign(() => void loaded().catch(() => undefined)); // asked again when shown
  return (props: P) => createElement(Suspense, { fallback: null }, createElement(Loaded as ComponentType<P>, props));
}
