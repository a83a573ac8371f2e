import { useTranslations } from "next-intl";
import type { Import } from "#components/imports/use-import.ts";
import { cn } from "#components/ui/cn.ts";

interface Part {
  readonly fill: string;
  readonly n: number;
}

/** How far an import is, of how much: lines while its file is checked, rows from there on. */
export function progressOf({ state, lines, line, total, bad, submitted, known }: Import): {
  readonly done: number;
  readonly total: number;
  readonly parts: readonly Part[];
} {
  if (state === "STAGING") return { done: line, total: Math.max(lines, line), parts: [{ fill: "bg-accent", n: line }] };
  if (state === "CHECKED" || state === "REFUSED")
    return {
      done: total,
      total,
      parts: [
        { fill: "bg-accent", n: total - bad },
        { fill: "bg-warn", n: bad },
      ],
    };
  return {
    done: submitted + known + bad,
    total,
    parts: [
      { fill: "bg-ok", n: submitted },
      { fill: "bg-accent", n: known },
      { fill: "bg-warn", n: bad },
    ],
  };
}

/** The same as one bar of parts; nothing before there are rows. */
export function ImportBar({ of, className }: { of: Import; className?: string }) {
  const t = useTranslations("import");
  const { done, total, parts } = progressOf(of);
  if (of.state === "UPLOADING" || of.state === "DRAFT" || total === 0) return <span className={className} />;
  return (
    <div
      role="progressbar"
      aria-label={t("progress")}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
      aria-valuetext={t("doneOf", { done, total })}
      className={cn("flex h-2 gap-px overflow-hidden rounded-full bg-line", className)}
    >
      {parts.map(({ fill, n }) =>
        n > 0 ? (
          <span
            key={fill}
            className={cn("h-full transition-[width] duration-150", fill)}
            style={{ width: `${(100 * n) / total}%`, minWidth: 3 }}
          />
        ) : null,
      )}
    </div>
  );
}
