"use client";

import { useEffect } from "react";
import { lazily } from "#components/ui/first-sign.ts";
import { createStore, useStore } from "#components/ui/store.ts";

const Palette = lazily(() => import("#components/shell/palette.tsx").then((m) => m.Palette));

const palette = createStore({ open: false, wanted: false });

export const openPalette = () => palette.set({ open: true, wanted: true });
const closePalette = () => palette.set((now) => ({ ...now, open: false }));

/** ⌘K from anywhere; its code comes with the first use. */
export function LazyPalette() {
  const { open, wanted } = useStore(palette, (state) => state);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      openPalette();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  return wanted ? <Palette open={open} onClose={closePalette} /> : null;
}
