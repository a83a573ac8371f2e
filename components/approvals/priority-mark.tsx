import { useTranslations } from "next-intl";
import type { Priority } from "#server/domain/approvals/rules.ts";

const BARS = { LOW: 1, NORMAL: 2, HIGH: 3, URGENT: 3 } as const satisfies Record<Priority, number>;

/** Bars that fill with urgency; the most urgent is a mark of its own. The word is there for whoever cannot see it. */
export function PriorityMark({ priority, word = false }: { priority: Priority; word?: boolean }) {
  const t = useTranslations("priority");
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={word ? undefined : t(priority)}>
      <svg viewBox="0 0 16 16" className="size-4 shrink-0" aria-hidden="true">
        {priority === "URGENT" ? (
          <>
            <rect x="1.5" y="1.5" width="13" height="13" rx="3.5" className="fill-bad" />
            <path d="M8 4.6v4.2" className="stroke-bad-ink" strokeWidth="1.9" strokeLinecap="round" />
            <circle cx="8" cy="11.4" r="1.1" className="fill-bad-ink" />
          </>
        ) : (
          [0, 1, 2].map((bar) => (
            <rect
              key={bar}
              x={2.2 + bar * 4.2}
              y={10 - bar * 3.2}
              width="3"
              height={3.6 + bar * 3.2}
              rx="1"
              className={bar < BARS[priority] ? "fill-ink-2" : "fill-line-strong"}
            />
          ))
        )}
      </svg>
      <span className={word ? "text-sm" : "sr-only"}>{t(priority)}</span>
    </span>
  );
}
