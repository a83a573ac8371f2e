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
  /** Rows that a decision under way takes out; they stand where they were again if it is refused. */
  readonly leaving: ReadonlySet<string>;
  /** The filter that all of this is about. */
  readonly about: string;
}

const EMPTY: ListState = {
  selection: NOTHING,
  activeId: null,
  anchorId: null,
  scrollTop: 0,
  leaving: new Set(),
  about: "",
};

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

/** Takes a row out of the list, or lets it stand where it was. */
export function setLeaving(store: Store<ListState>, id: string, leaves: boolean): void {
  store.set((now) => {
    const leaving = new Set(now.leaving);
    leaves ? leaving.add(id) : leaving.delete(id);
    return { ...now, leaving };
  });
}

/** Another filter is another list: what was selected in the one before is not in it. */
export function startOver(store: Store<ListState>, about: string): void {
  if (store.get().about !== about) store.set({ ...EMPTY, about });
}
