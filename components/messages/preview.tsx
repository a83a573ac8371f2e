"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { cn } from "#components/ui/cn.ts";

interface ChoiceProps<T extends string> {
  label: string;
  options: readonly { value: T; label: string }[];
  value: T;
  onChange: (value: T) => void;
}

/** One of a few, side by side. */
export function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these choose what is shown
    <div role="group" aria-label={label} className="inline-flex rounded-md border bg-canvas p-0.5">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cn(
            "h-6 rounded px-2.5 font-medium text-ink-2 text-sm hover:text-ink",
            option.value === value && "bg-raised text-ink shadow-sm",
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

interface PreviewProps {
  subject: string;
  html: string;
  text: string;
  /** Beside the choice of the part. */
  aside?: React.ReactNode;
}

/** A mail as its addressee sees it, in a frame that runs nothing, opens nothing and knows nothing of this site. */
export function Preview({ subject, html, text, aside }: PreviewProps) {
  const t = useTranslations("messages");
  const [part, setPart] = useState<"html" | "text">("html");
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Choice
          label={t("part")}
          value={part}
          onChange={setPart}
          options={[
            { value: "html", label: t("html") },
            { value: "text", label: t("text") },
          ]}
        />
        {aside}
      </div>
      {part === "html" ? (
        <iframe
          sandbox=""
          srcDoc={html}
          title={t("frame", { subject })}
          className="h-[44rem] max-h-[75dvh] w-full rounded-lg border bg-canvas"
        />
      ) : (
        <pre className="whitespace-pre-wrap break-words rounded-lg border bg-canvas p-4 font-mono text-sm">{text}</pre>
      )}
    </div>
  );
}
