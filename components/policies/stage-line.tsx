import { ArrowRight, Split } from "lucide-react";
import { useTranslations } from "next-intl";
import { Fragment } from "react";
import type { Stage } from "#server/domain/approvals/rules.ts";

/** The stages of a policy in one line, in their order; a conditional one is marked. */
export function StageLine({ stages }: { stages: readonly Stage[] }) {
  const t = useTranslations("policies");
  return (
    <span className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5">
      {stages.map(({ name, needed, when }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two stages may have the same name, and none has an id
        <Fragment key={index}>
          {index > 0 ? <ArrowRight className="size-3 shrink-0 text-ink-3" aria-hidden /> : null}
          <span className="inline-flex items-center gap-1" title={when ? t("onlyWhen", { when }) : undefined}>
            {when ? <Split className="size-3 shrink-0 text-accent" aria-hidden /> : null}
            <span>{name}</span>
            {needed > 1 ? <span className="text-ink-3">{t("times", { needed })}</span> : null}
            {when ? <span className="sr-only">{t("onlyWhen", { when })}</span> : null}
          </span>
        </Fragment>
      ))}
    </span>
  );
}
