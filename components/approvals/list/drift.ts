import type { ApprovalRow, Page, Pages } from "#components/approvals/list/use-approval-pages.ts";
import type { View } from "#components/approvals/view.ts";
import { PRIORITIES } from "#server/domain/approvals/rules.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";

/** How far a list that is shown is from the list as it would be loaded now. */

export interface Drift {
  /** The place in the log of what was told, up to which the list was compared. */
  readonly checked: number;
  /** Not among the rows that are loaded, and would stand between them. */
  readonly fresh: readonly string[];
  /** How many more (or fewer) the counts say, where too much changed to be looked at one by one. */
  readonly beyond: number;
}

export const NO_DRIFT: Drift = { checked: 0, fresh: [], beyond: 0 };

export type Standing = Approval & { readonly matches: boolean };
type Order = Pick<View, "sort" | "dir">;

const SHOWN = ["state", "title", "summary", "type", "priority", "orgId", "amount", "dueAt", "revision"] as const;

/** Whether a reader of the row would see it: a version alone is nothing to them. */
function looksDifferent(before: ApprovalRow, now: Approval): boolean {
  return (
    SHOWN.some((field) => before[field] !== now[field]) ||
    before.stage?.index !== now.stage?.index ||
    before.stage?.have !== now.stage?.have ||
    before.requester?.name !== now.requester?.name
  );
}

/** A row as it stands now, in its place; marked where that shows. */
function rowNow(row: ApprovalRow, standing: Standing | undefined): ApprovalRow {
  if (!standing || standing.version <= row.version) return row;
  const { matches, ...now } = standing;
  if (!matches) return { ...now, elsewhere: "left" };
  return row.elsewhere || looksDifferent(row, now) ? { ...now, elsewhere: "changed" } : now;
}

const sortValues = {
  created: (row) => row.createdAt,
  updated: (row) => row.updatedAt,
  due: (row) => row.dueAt,
  amount: (row) => (row.amount === null ? null : BigInt(row.amount)),
  priority: (row) => PRIORITIES.indexOf(row.priority),
} as const satisfies Record<View["sort"], (row: Approval) => string | bigint | number | null>;

/** The server's order: nulls last in both directions, ties by id. */
export function comesBefore(a: Approval, b: Approval, { sort, dir }: Order): boolean {
  const [one, other] = [sortValues[sort](a), sortValues[sort](b)];
  if (one === null || other === null) {
    if (one !== null || other !== null) return other === null;
  } else if (one !== other) return one < other === (dir === "asc");
  return a.id < b.id === (dir === "asc");
}

/** The list with what is now known of some requests: rows keep their places, none comes and none goes. */
export function compared(pages: Pages, standing: readonly Standing[], order: Order): Pages {
  const now = new Map(standing.map((one) => [one.id, one]));
  const rows = pages.pages.flatMap((page) => page.items);
  const loaded = new Set(rows.map(({ id }) => id));
  const last = pages.pages.at(-1)?.nextCursor ? rows.at(-1) : undefined;
  const drift = pages.pages[0]?.drift ?? NO_DRIFT;
  const fresh = new Set(drift.fresh.filter((id) => !loaded.has(id)));
  for (const one of standing) {
    if (loaded.has(one.id)) continue;
    if (one.matches && (!last || comesBefore(one, last, order))) fresh.add(one.id);
    else fresh.delete(one.id);
  }
  const changed = pages.pages.map((page) => ({
    ...page,
    items: page.items.map((row) => rowNow(row, now.get(row.id))),
  }));
  return withDrift({ ...pages, pages: changed }, { ...drift, fresh: [...fresh] });
}

export function withDrift(pages: Pages, drift: Partial<Drift>): Pages {
  const onFirst = (page: Page, index: number): Page =>
    index === 0 ? { ...page, drift: { ...(page.drift ?? NO_DRIFT), ...drift } } : page;
  return { ...pages, pages: pages.pages.map(onFirst) };
}

/** What the counts say beyond the rows that were looked at; nothing where the total was never counted to its end. */
export function beyondOf(pages: Pages, matchedNow: number, countMax: number): number {
  const [first] = pages.pages;
  if (!first?.totalIsExact || matchedNow >= countMax) return 0;
  const left = pages.pages.flatMap((page) => page.items).filter(({ elsewhere }) => elsewhere === "left").length;
  return matchedNow - (first.total + (first.drift ?? NO_DRIFT).fresh.length - left);
}

/** What a reader is told: so many would come in, so many are not what they were. */
export function driftCounts(pages: Pages | undefined): { fresh: number; changed: number } {
  const { fresh, beyond } = pages?.pages[0]?.drift ?? NO_DRIFT;
  const rows = pages?.pages.flatMap((page) => page.items) ?? [];
  const changed = rows.filter(({ elsewhere }) => elsewhere !== undefined).length;
  return { fresh: fresh.length + Math.max(0, beyond), changed: changed + Math.max(0, -beyond) };
}

/** Which requests to ask for next, the most urgent first: those told of, then what is seen, then what else is loaded. */
export function toAsk(
  pages: Pages,
  told: readonly { readonly id: string; readonly version: number }[],
  seen: readonly string[],
  waiting: readonly string[],
): string[] {
  const versions = new Map(pages.pages.flatMap((page) => page.items).map(({ id, version }) => [id, version]));
  const news = told.filter(({ id, version }) => (versions.get(id) ?? 0) < version).map(({ id }) => id);
  return [...new Set([...news, ...seen, ...waiting])];
}
