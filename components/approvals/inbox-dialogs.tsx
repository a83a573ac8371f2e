"use client";

import { useTranslations } from "next-intl";
import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { Deciding } from "#components/approvals/decide/decide-dialog.tsx";
import { useDecideRow } from "#components/approvals/decide/use-decide-row.ts";
import type { ListHandle } from "#components/approvals/list/approval-table.tsx";
import { useListState } from "#components/approvals/list/list-state.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { countSelected, NOTHING } from "#components/approvals/selection.ts";
import type { Filter, View } from "#components/approvals/view.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { toast } from "#components/ui/toast.ts";
import type { Decision } from "#server/domain/approvals/rules.ts";

const HelpDialog = lazily(() => import("#components/approvals/help-dialog.tsx").then((m) => m.HelpDialog));
const QuickDecide = lazily(() => import("#components/approvals/decide/quick-decide.tsx").then((m) => m.QuickDecide));
const DecideDialog = lazily(() => import("#components/approvals/decide/decide-dialog.tsx").then((m) => m.DecideDialog));

type Shown =
  | { readonly kind: "none" }
  | { readonly kind: "help" }
  | { readonly kind: "one"; readonly row: ApprovalRow; readonly decision: Decision }
  | { readonly kind: "many"; readonly deciding: Deciding; readonly count: number };

const CLOSED: Shown = { kind: "none" };
let openings = 0;

/** Which of the inbox's dialogs is open, and the decision that is being made in it. */
export function useInboxDialogs({ filter, mayDecide }: { filter: Filter; mayDecide: boolean }) {
  const t = useTranslations("selection");
  const list = useListState();
  const [shown, setShown] = useState<Shown>(CLOSED);

  const decide = useCallback(
    (decision: Decision, row?: ApprovalRow) => {
      if (!mayDecide) return void toast.warning(t("mayNotDecide"));
      const { selection } = list.get();
      const opening = `${Date.now()}-${openings++}`;
      const count = countSelected(selection);
      if (selection.mode === "query") {
        const target = { kind: "matching", filter, except: [...selection.except] } as const;
        setShown({ kind: "many", deciding: { target, decision, opening }, count });
      } else if (selection.mode === "ids") {
        const rows = [...selection.ids].map(([id, contentVersion]) => ({ id, contentVersion }));
        setShown({ kind: "many", deciding: { target: { kind: "rows", rows }, decision, opening }, count });
      } else if (row) setShown({ kind: "one", row, decision });
    },
    [mayDecide, list, filter, t],
  );
  const close = useCallback(() => setShown(CLOSED), []);
  const openHelp = useCallback(() => setShown({ kind: "help" }), []);
  return { shown, decide, close, openHelp };
}

interface DialogsProps {
  shown: Shown;
  close: () => void;
  list: React.RefObject<ListHandle | null>;
  /** The state that the list is about. */
  state: View["state"];
}

/** Focus goes back to the list when a dialog has closed, to whichever row is the active one by then. */
function useFocusAfter(open: boolean, list: React.RefObject<ListHandle | null>) {
  const wasOpen = useRef(open);
  useLayoutEffect(() => {
    if (wasOpen.current && !open) list.current?.focusList();
    wasOpen.current = open;
  }, [open, list]);
}

export function InboxDialogs({ shown, close, list: handle, state }: DialogsProps) {
  const list = useListState();
  const decideRow = useDecideRow(state);
  useFocusAfter(shown.kind !== "none", handle);
  if (shown.kind === "help") return <HelpDialog onClose={close} />;
  if (shown.kind === "one")
    return (
      <QuickDecide
        key={shown.row.id + shown.decision}
        row={shown.row}
        decision={shown.decision}
        anchor={() => handle.current?.rowElement(shown.row.id) ?? null}
        onDecide={(reason) => void decideRow(shown.row, shown.decision, reason)}
        onClose={close}
      />
    );
  if (shown.kind === "many")
    return (
      <DecideDialog
        key={shown.deciding.opening}
        {...shown.deciding}
        count={shown.count}
        onClose={close}
        onDone={() => {
          list.set((now) => ({ ...now, selection: NOTHING, anchorId: null }));
          close();
        }}
      />
    );
  return null;
}
