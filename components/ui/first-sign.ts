"use client";

import type { ComponentType } from "react";
import { createElement, useEffect, useState, useSyncExternalStore } from "react";
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

/** Until a code that could not be had is asked for again. */
const AGAIN_MS = 1_000;

/**
 * A component that answers to a person: its code comes with their first movement, before they have asked for it, or
 * when it is shown. From then on it is there in the same frame, so that the next key finds it.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  const fetched = async () => {
    loaded ??= await load().catch(() => undefined);
    return loaded;
  };
  if (typeof window !== "undefined") atFirstSign(() => void fetched());
  return function Lazy(props: P) {
    const [shown, show] = useState(() => loaded);
    useEffect(() => {
      if (shown) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let gone = false;
      const ask = async () => {
        const component = await fetched();
        if (gone) return;
        if (component) show(() => component);
        else timer = setTimeout(ask, AGAIN_MS);
      };
      void ask();
      return () => {
        gone = true;
        clearTimeout(timer);
      };
    }, [shown]);
    return shown ? createElement(shown, props) : null;
  };
}
