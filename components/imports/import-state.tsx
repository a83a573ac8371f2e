import {
  Ban,
  CircleCheck,
  CircleDashed,
  LoaderCircle,
  MessageCircleQuestion,
  OctagonX,
  TriangleAlert,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { Import } from "#components/imports/use-import.ts";
import { cn } from "#components/ui/cn.ts";
import type { ImportState as State } from "#server/domain/imports/rules.ts";

const LOOKS = {
  UPLOADING: { icon: LoaderCircle, tone: "text-accent" },
  DRAFT: { icon: CircleDashed, tone: "text-ink-2" },
  STAGING: { icon: LoaderCircle, tone: "text-accent" },
  CHECKED: { icon: MessageCircleQuestion, tone: "text-warn" },
  STAGED: { icon: LoaderCircle, tone: "text-accent" },
  SUBMITTED: { icon: CircleCheck, tone: "text-ok" },
  REFUSED: { icon: TriangleAlert, tone: "text-warn" },
  STOPPED: { icon: Ban, tone: "text-ink-3" },
  FAILED: { icon: OctagonX, tone: "text-bad" },
} as const satisfies Record<State, { icon: typeof Ban; tone: string }>;

/** A state by shape and word; its colour only repeats them. */
export function ImportState({ of, className }: { of: Pick<Import, "state" | "mine">; className?: string }) {
  const t = useTranslations("importState");
  const { icon: Icon, tone } = LOOKS[of.state];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", tone, className)}>
      <Icon
        className={cn("size-3.5 shrink-0", Icon === LoaderCircle && "animate-spin")}
        strokeWidth={2.2}
        aria-hidden
      />
      {t(of.state === "CHECKED" && !of.mine ? "CHECKED_OTHER" : of.state)}
    </span>
  );
}
