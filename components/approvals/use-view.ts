"use client";

import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback, useEffect, useRef } from "react";
import type { View, ViewChange } from "#components/approvals/view.ts";
import { droppedKeys, viewParsers } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { toast } from "#components/ui/toast.ts";

export type ChangeView = (change: ViewChange) => void;

/** The inbox's view, in the address and nowhere else. */
export function useView(): [View, ChangeView] {
  const [view, set] = useQueryStates(viewParsers, { history: "push", scroll: false });
  const searching = view.q !== "";
  const change = useCallback<ChangeView>(
    // Letters of one search are one step back.
    (next) => void set(next, { history: searching && next.q ? "replace" : "push" }),
    [set, searching],
  );
  return [view, change];
}

/** Takes out of the address what could not be read, and says so once. */
export function useDroppedNotice(): void {
  const t = useTranslations("inbox");
  const params = useSearchParams();
  const { orgs } = useMe();
  const [view, set] = useQueryStates(viewParsers, { history: "replace", scroll: false });
  const told = useRef("");
  useEffect(() => {
    const dropped = droppedKeys(new URLSearchParams(params), view, orgs);
    const about = dropped.join();
    if (dropped.length === 0 || told.current === about) return;
    told.current = about;
    const org = view.org.filter((code) => orgs.some((known) => known.code === code));
    void set(Object.fromEntries(dropped.map((key) => [key, key === "org" ? org : view[key]])));
    toast.warning(t("dropped", { keys: dropped.map((key) => t(`keys.${key}`)).join(", ") }));
  }, [params, view, orgs, set, t]);
}
