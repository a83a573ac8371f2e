"use client";

import { useEffect } from "react";
import { lazily } from "#components/ui/first-sign.ts";
import { createStore, useStore } from "#components/ui/store.ts";

const Palette = lazily(() => import("#components/shell/palette.tsx").then((m) => m.Palette));

const CLOSED = { open: false, text: "" };
const palette = createStore({ ...CLOSED, wanted: false });

export const openPalette = () => palette.set((now) => ({ ...now, open: true, wanted: true }));
const closePalette = () => palette.set((now) => ({ ...now, ...CLOSED }));
const type = (text: string) => palette.set((now) => ({ ...now, text }));

/** What is pressed before the palette has the focus is for it already, and for nothing below. */
function early(event: KeyboardEvent): void {
  const inside = event.target instanceof Element && event.target.closest("[data-palette]") !== null;
  if (inside || event.metaKey || event.ctrlKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  const { text } = palette.get();
  if (event.key === "Escape") closePalette();
  else if (event.key === "Backspace") type(text.slice(0, -1));
  else if (event.key.length === 1) type(text + event.key);
}

const opens = (event: KeyboardEvent) =>
  event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey;

/** ⌘K from anywhere. */
export function LazyPalette() {
  const { open, text, wanted } = useStore(palette, (state) => state);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (opens(event)) {
        event.preventDefault();
        openPalette();
      } else if (palette.get().open) early(event);
    };
    document.addEventListener("keydown", onKeyDown, { capture: true });
    return () => document.removeEventListener("keydown", onKeyDown, { capture: true });
  }, []);
  return wanted ? <Palette open={open} text={text} onType={type} onClose={closePalette} /> : null;
}
