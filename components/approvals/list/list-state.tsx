"use client";

import { createContext, use, useState } from "react";
import type { Selection } from "#components/approvals/selection.ts";
import { isSelected, NOTHING } from "#components/approvals/selection.ts";
import type { Store } from "#components/ui/store.ts";
import { createStore, useStore } from "#components/ui/store.ts";

/** What the list remembers beside its rows; it outlives the page, so that coming back finds the same place. */
interface ListState {
  readonly selection: Selection;
  /** The row that keys act on. */
  readonly activeId: string | null;
  /** Where a range began. */
  readonly anchorId: string | null;
  readonly scrollTop: number;
  /** The filter that all of this is about. */
  readonly about: string;
}

const EMPTY: ListState = { selection: NOTHING, activeId: null, anchorId: null, scrollTop: 0, about: "" };

const ListContext = createContext<Store<ListState> | null>(null);

export function ListProvider({ children }: { children: React.ReactNode }) {
  const [store] = useState(() => createStore(EMPTY));
  return <ListContext value={store}>{children}</ListContext>;
}

export function useListState(): Store<ListState> {
  const store = use(ListContext);
  if (!store) throw new Error("useListState stands outside ListProvider");
  return store;
}

export const useSelection = () => useStore(useListState(), (state) => state.selection);
export const useIsSelected = (id: string) => useStore(useListState(), (state) => isSelected(state.selection, id));
export const useIsActive = (id: string) => useStore(useListState(), (state) => state.activeId === id);

/** Another filter is another list: what was selected in the one before is not in it. */
export function startOver(store: Store<ListState>, about: string): void {
  if (store.get().about !== about) store.set({ ...EMPTY, about });
}
