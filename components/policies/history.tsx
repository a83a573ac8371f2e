"use client";

import { useTranslations } from "next-intl";
import { differences } from "#components/policies/difference.ts";
import { DifferenceList } from "#components/policies/difference-list.tsx";
import type { Version } from "#components/policies/draft.ts";
import { StageLine } from "#components/policies/stage-line.tsx";
import { Button } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";

/** The fields that a version asks for, in one line. */
function FieldLine({ schema }: { schema: Version["payloadSchema"] }) {
  const t = useTranslations("policyForm");
  const fields = Object.entries(schema?.properties ?? {});
  if (fields.length === 0) return null;
  const names = fields.map(([name, { title }]) => title ?? name);
  return <p className="break-words text-ink-2">{t("asks", { fields: names.join(", ") })}</p>;
}

interface HistoryProps {
  versions: readonly Version[];
  /** Absent: may not be edited. */
  onUse: ((version: Version) => void) | undefined;
}

/** The versions, newest first: who made each, and what it changed. */
export function History({ versions, onUse }: HistoryProps) {
  const t = useTranslations("policy");
  return (
    <ol className="flex flex-col">
      {versions.map((version, index) => {
        const before = versions[index + 1];
        const changed = before ? differences(before, version) : [];
        return (
          <li key={version.version} className="flex flex-col gap-1.5 border-t py-3 first:border-t-0 first:pt-0">
            <div className="flex min-h-7 flex-wrap items-center gap-x-2 text-sm">
              <span className="font-medium">{t("versionOf", { version: version.version })}</span>
              <span className="text-ink-2">
                {version.by ?? t("system")}, <Ago at={version.createdAt} />
              </span>
              {onUse && index > 0 ? (
                <Button size="sm" variant="ghost" className="ml-auto" onClick={() => onUse(version)}>
                  {t("use")}
                </Button>
              ) : null}
            </div>
            {before ? (
              changed.length > 0 ? (
                <DifferenceList differences={changed} />
              ) : (
                <p className="text-ink-3 text-sm">{t("sameAsBefore")}</p>
              )
            ) : (
              <div className="flex flex-col gap-1 text-sm">
                <StageLine stages={version.stages} />
                <FieldLine schema={version.payloadSchema} />
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
