"use client";

import { Search, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { cn } from "#components/ui/cn.ts";
import { inputClass } from "#components/ui/field.tsx";
import { QUERY_MAX } from "#server/domain/search/rules.ts";

/** Within a quick typist's strokes: what is shown follows each pause between letters. */
const QUIET_MS = 60;

interface SearchProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Back to the list, with what was found. */
  onLeave?: () => void;
  inputRef: React.RefObject<HTMLInputElement | null>;
  className?: string;
}

/** Searches as somebody types. The address is the state; what is being typed is only ahead of it. */
export function SearchBox({ label, value, onChange, onLeave, inputRef, className }: SearchProps) {
  const t = useTranslations("filters");
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (text: string) => {
    clearTimeout(timer.current);
    sent.current = text;
    onChange(text);
  };

  return (
    <div className={cn("relative min-w-0 flex-1 md:w-64 md:flex-none", className)}>
      <Search
        className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-ink-3"
        aria-hidden
      />
      <input
        ref={inputRef}
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={QUERY_MAX}
        value={typed}
        className={cn(inputClass, "h-8 pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden")}
        onChange={(event) => {
          const text = event.target.value;
          setTyped(text);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => send(text), QUIET_MS);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          event.preventDefault();
          send(typed);
          onLeave?.();
        }}
      />
      {typed ? (
        <button
          type="button"
          aria-label={t("clearSearch")}
          className="absolute top-1 right-1 inline-flex size-6 items-center justify-center rounded text-ink-3 hover:bg-hover hover:text-ink"
          onClick={() => {
            setTyped("");
            send("");
            inputRef.current?.focus();
          }}
        >
          <X className="size-3.5" aria-hidden />
        </button>
      ) : null}
    </div>
  );
}
