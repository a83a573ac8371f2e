"use client";

import { useEffect } from "react";
import { useLetterKeys } from "#components/ui/letter-keys.ts";

/** The slash goes to the search of a page, unless something is being typed or single letters are turned off. */
export function useSlash(input: React.RefObject<HTMLInputElement | null>): void {
  const [letters] = useLetterKeys();
  useEffect(() => {
    if (!letters) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      if (target.closest("input, textarea, select, [contenteditable], [role=dialog]")) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [letters, input]);
}
