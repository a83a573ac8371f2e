"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { driftCounts } from "#components/approvals/list/drift.ts";
import type { Pages } from "#components/approvals/list/use-approval-pages.ts";
import { useListDrift } from "#components/approvals/list/use-list-drift.ts";
import type { View } from "#components/approvals/view.ts";
import { NewsPill } from "#components/live/news-pill.tsx";

interface PillProps {
  view: View;
  /** The list as it is shown, once it is that of the view. */
  pages: Pages | undefined;
  seen: () => readonly string[];
  onRefresh: () => void;
  /** Something came into a list without rows: none can move. */
  onEmpty: () => void;
}

/** How many requests came into the list since it was loaded, and how many of its rows are not what they were. */
export function DriftPill({ view, pages, seen, onRefresh, onEmpty }: PillProps) {
  const t = useTranslations("inbox");
  useListDrift(view, pages, seen);
  const { fresh, changed } = driftCounts(pages);
  const nothing = pages?.pages.every(({ items }) => items.length === 0) ?? false;
  useEffect(() => {
    if (nothing && fresh > 0) onEmpty();
  }, [nothing, fresh, onEmpty]);
  const both = fresh > 0 && changed > 0 ? "yes" : "no";
  const text = fresh + changed > 0 ? t("drift", { fresh, changed, both }) : "";
  return <NewsPill text={text} title={t("refresh")} onPress={onRefresh} />;
}
