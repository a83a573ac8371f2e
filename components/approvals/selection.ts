import { BULK_CALL_MAX } from "#server/domain/approvals/rules.ts";

/** A row as the selection remembers it: with the content version that its reader saw. */
export interface Picked {
  readonly id: string;
  readonly contentVersion: number;
}

/** Nothing; these; or all that the filter matches but these. */
export type Selection =
  | { readonly mode: "none" }
  | { readonly mode: "ids"; readonly ids: ReadonlyMap<string, number> }
  | { readonly mode: "query"; readonly except: ReadonlySet<string>; readonly matched: number };

export const NOTHING: Selection = { mode: "none" };

/** One call of the server takes as many ids, picked or taken out. */
export const PICK_MAX = BULK_CALL_MAX;

export function isSelected(selection: Selection, id: string): boolean {
  if (selection.mode === "ids") return selection.ids.has(id);
  return selection.mode === "query" && !selection.except.has(id);
}

export function countSelected(selection: Selection): number {
  if (selection.mode === "ids") return selection.ids.size;
  return selection.mode === "query" ? Math.max(0, selection.matched - selection.except.size) : 0;
}

const ofIds = (ids: ReadonlyMap<string, number>): Selection => (ids.size > 0 ? { mode: "ids", ids } : NOTHING);

/** Puts every row in, or takes every row out. Beyond what one call takes it stays as it was. */
export function pick(selection: Selection, rows: readonly Picked[], on: boolean): Selection {
  if (selection.mode === "query") {
    const except = new Set(selection.except);
    for (const { id } of rows) on ? except.delete(id) : except.add(id);
    if (except.size > PICK_MAX) return selection;
    return except.size >= selection.matched ? NOTHING : { ...selection, except };
  }
  const ids = new Map(selection.mode === "ids" ? selection.ids : []);
  for (const { id, contentVersion } of rows) on ? ids.set(id, contentVersion) : ids.delete(id);
  return ids.size > PICK_MAX ? selection : ofIds(ids);
}

export const toggle = (selection: Selection, row: Picked) => pick(selection, [row], !isSelected(selection, row.id));

export const pickMatching = (matched: number): Selection =>
  matched > 0 ? { mode: "query", except: new Set(), matched } : NOTHING;

/** What the header's checkbox shows over the rows that are loaded. */
export function coverage(selection: Selection, rows: readonly Picked[]): "none" | "some" | "all" {
  if (selection.mode === "none") return "none";
  if (selection.mode === "query") return selection.except.size === 0 ? "all" : "some";
  return rows.length > 0 && rows.every(({ id }) => selection.ids.has(id)) ? "all" : "some";
}
