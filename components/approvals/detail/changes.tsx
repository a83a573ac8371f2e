"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { differenceOf } from "#components/approvals/detail/difference.ts";
import { RevisionChanges } from "#components/approvals/detail/revision-changes.tsx";
import { Section } from "#components/approvals/detail/section.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { Select } from "#components/ui/field.tsx";

interface PickProps {
  label: string;
  value: number;
  revisions: readonly number[];
  onChange: (revision: number) => void;
}

function Pick({ label, value, revisions, onChange }: PickProps) {
  const t = useTranslations("approval");
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="text-ink-3 text-xs">
        {label}
      </label>
      <Select
        id={id}
        className="h-7 w-auto pl-2 text-sm"
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      >
        {revisions.map((revision) => (
          <option key={revision} value={revision}>
            {t("revisionShort", { revision })}
          </option>
        ))}
      </Select>
    </>
  );
}

/** What differs between any two revisions; first of all, what the current one changed. */
export function Changes({ approval }: { approval: Detail }) {
  const t = useTranslations("changes");
  const { revisions, revision, payloadSchema } = approval;
  const [from, setFrom] = useState(revision - 1);
  const [to, setTo] = useState(revision);
  const known = revisions.map((r) => r.revision);
  const [before, after] = [from, to].map((n) => revisions.find((r) => r.revision === n)?.evidence);
  return (
    <Section
      title={t("title")}
      aside={
        <>
          <Pick label={t("from")} value={from} revisions={known} onChange={setFrom} />
          <Pick label={t("to")} value={to} revisions={known} onChange={setTo} />
        </>
      }
    >
      {before && after ? <RevisionChanges changes={differenceOf(before, after)} schema={payloadSchema} /> : null}
    </Section>
  );
}
