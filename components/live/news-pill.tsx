"use client";

import { RefreshCw } from "lucide-react";
import { useEffect, useState } from "react";

/** Changes come one after another; they are read out once they have paused. */
const PAUSE_MS = 1_500;

function usePaused(text: string): string {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), text === "" ? 0 : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return said;
}

interface PillProps {
  /** Empty while there is nothing to say. */
  text: string;
  title: string;
  onPress: () => void;
}

/** Says that a list is no longer what is there. Rows move only when it is pressed. */
export function NewsPill({ text, title, onPress }: PillProps) {
  const said = usePaused(text);
  return (
    <>
      {text ? (
        <button
          type="button"
          title={title}
          onClick={onPress}
          className="inline-flex h-7 min-w-0 items-center gap-1.5 rounded-full border border-accent-line bg-accent-soft px-2.5 font-medium text-accent text-sm hover:border-accent max-[22.5rem]:px-2 max-[22.5rem]:text-xs max-[22.5rem]:[&_svg]:hidden"
        >
          <RefreshCw className="size-3.5 shrink-0" aria-hidden />
          <span className="truncate">{text}</span>
        </button>
      ) : null}
      <p aria-live="polite" className="sr-only">
        {said}
      </p>
    </>
  );
}
