"use client";

import { useRouter } from "next/navigation";
import type { ListActions } from "#components/approvals/list/list-actions.tsx";
import { useListState } from "#components/approvals/list/list-state.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { NOTHING, toggle } from "#components/approvals/selection.ts";
import { useMe } from "#components/identity/me.tsx";
import { useSections } from "#components/shell/navigation.ts";
import { useLetterKeys } from "#components/ui/letter-keys.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";

const DECISION_KEYS: Readonly<Record<string, Decision>> = { a: "APPROVE", r: "REJECT", c: "CHANGES_REQUESTED" };
const PREFIX_MS = 1_000;

interface Options {
  rows: readonly ApprovalRow[];
  /** Something was opened over the list: the next keys are for it, also while it is still to appear. */
  covered: boolean;
  actions: ListActions;
  move: (to: number, extend: boolean) => void;
  onSearch: () => void;
  onRefresh: () => void;
  onHelp: () => void;
}

let prefixedAt = 0;

/** What keys do while the list has focus. Arrows, Enter, Space and Escape always; letters unless they are turned off. */
export function useListKeys({ rows, covered, actions, move, onSearch, onRefresh, onHelp }: Options) {
  const router = useRouter();
  const list = useListState();
  const sections = useSections();
  const { may } = useMe();
  const [letters] = useLetterKeys();

  const activeIndex = () =>
    Math.max(
      0,
      rows.findIndex((row) => row.id === list.get().activeId),
    );
  const active = () => rows[activeIndex()];
  const clear = () => list.set((now) => ({ ...now, selection: NOTHING, anchorId: null }));
  const toggleActive = () => {
    const row = active();
    if (row) list.set((now) => ({ ...now, selection: toggle(now.selection, row), anchorId: row.id }));
  };

  function byName(key: string, shift: boolean): boolean {
    if (key === "ArrowDown") move(activeIndex() + 1, shift);
    else if (key === "ArrowUp") move(activeIndex() - 1, shift);
    else if (key === "PageDown") move(activeIndex() + 10, shift);
    else if (key === "PageUp") move(activeIndex() - 10, shift);
    else if (key === "Home") move(0, shift);
    else if (key === "End") move(rows.length - 1, shift);
    else if (key === "Escape") clear();
    else if (key === " ") toggleActive();
    else if (key === "Enter") {
      const row = active();
      if (row) actions.open(row.id);
    } else return false;
    return true;
  }

  function byLetter(key: string, shift: boolean): boolean {
    const section = sections.find(({ letter }) => letter === key);
    const decision = DECISION_KEYS[key];
    if (section && Date.now() - prefixedAt < PREFIX_MS) router.push(section.href);
    else if (key === "g") prefixedAt = Date.now();
    else if (key === "j") move(activeIndex() + 1, shift);
    else if (key === "k") move(activeIndex() - 1, shift);
    else if (key === "x") toggleActive();
    else if (key === "o") return byName("Enter", false);
    else if (key === "u") clear();
    else if (key === "n" && shift) {
      if (may("approvals:submit")) router.push("/approvals/new");
    } else if (key === "n") onRefresh();
    else if (key === "/") onSearch();
    else if (key === "?") onHelp();
    else if (decision) actions.decide(decision, active());
    else return false;
    return true;
  }

  return (event: React.KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    const focused = target.closest("tr")?.dataset.id;
    if (focused) list.set((now) => (now.activeId === focused ? now : { ...now, activeId: focused }));
    const onRow = target.closest("[role=row]") === target || target === event.currentTarget;
    const inRow = target.closest("tbody") !== null;
    if (!onRow && !inRow) return;
    if (covered) return event.preventDefault();
    // A link or a checkbox keeps what Enter and Space mean to it.
    if (!onRow && (event.key === "Enter" || event.key === " ")) return;
    const handled = byName(event.key, event.shiftKey) || (letters && byLetter(event.key.toLowerCase(), event.shiftKey));
    if (handled) event.preventDefault();
  };
}
