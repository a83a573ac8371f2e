"use client";

import { Fingerprint } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Section } from "#components/approvals/detail/section.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Moment } from "#components/ui/time.tsx";

/** The text that decisions are bound to, byte for byte, with its hash. */
export function Evidence({ approval }: { approval: Detail }) {
  const t = useTranslations("approval");
  const { revisions } = approval;
  const [chosen, setChosen] = useState(approval.revision);
  const shown = revisions.find(({ revision }) => revision === chosen) ?? revisions[0];
  if (!shown) return null;
  return (
    <Section
      title={t("evidence")}
      aside={
        revisions.length > 1 ? (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these switch what is shown
          <div role="group" aria-label={t("revisions")} className="flex rounded-md border p-0.5">
            {revisions.toReversed().map(({ revision }) => (
              <button
                key={revision}
                type="button"
                aria-pressed={revision === shown.revision}
                onClick={() => setChosen(revision)}
                className="h-6 min-w-6 rounded px-1.5 text-ink-2 text-xs aria-pressed:bg-accent-soft aria-pressed:font-semibold aria-pressed:text-accent"
              >
                {t("revisionShort", { revision })}
              </button>
            ))}
          </div>
        ) : null
      }
    >
      <p className="text-ink-3 text-xs">
        {t("evidenceBy", { kind: shown.by.kind, name: shown.by.name })} <Moment at={shown.at} />
      </p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-56 overflow-y-auto whitespace-pre-wrap break-all rounded-lg border bg-canvas px-3 py-2.5 font-mono text-ink-2 text-xs leading-relaxed"
      >
        {shown.evidence}
      </pre>
      <p className="flex items-center gap-2 text-xs">
        <Fingerprint className="size-4 shrink-0 text-accent" aria-hidden />
        <span className="shrink-0 text-ink-3">SHA-256</span>
        <code className="min-w-0 truncate font-mono" title={shown.evidenceHash}>
          {shown.evidenceHash}
        </code>
        <CopyButton value={shown.evidenceHash} label={t("copyHash")} />
      </p>
    </Section>
  );
}
