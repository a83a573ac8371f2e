import { useLocale, useTranslations } from "next-intl";
import { formatAmount, typeLabel } from "#components/approvals/amount.ts";
import { RowCheckbox } from "#components/approvals/list/row-checkbox.tsx";
import { RowTitle } from "#components/approvals/list/row-title.tsx";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { PriorityMark } from "#components/approvals/priority-mark.tsx";
import { StageProgress } from "#components/approvals/stage-progress.tsx";
import type { View } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { Ago, useClock } from "#components/ui/time.tsx";

function Amount({ minor }: { minor: string }) {
  return formatAmount(minor, useLocale());
}

function OrgCode({ id }: { id: string }) {
  const org = useMe().org(id);
  return org ? (
    <abbr title={org.name} className="no-underline">
      {org.code}
    </abbr>
  ) : null;
}

/** When it is due; without a date, how long it has waited. */
function Due({ row }: { row: ApprovalRow }) {
  const t = useTranslations("inbox");
  const late = useClock().getTime() > Date.parse(row.dueAt ?? "9999-12-31") && row.state === "PENDING";
  if (!row.dueAt) return <Ago at={row.createdAt} narrow className="text-ink-3" />;
  return (
    <span className={late ? "font-medium text-bad" : "text-ink-2"}>
      {late ? `${t("late")} ` : ""}
      <Ago at={row.dueAt} narrow future />
    </span>
  );
}

type Cell = (props: { row: ApprovalRow }) => React.ReactNode;

const CELLS = {
  select: ({ row }) => <RowCheckbox row={row} />,
  priority: ({ row }) => <PriorityMark priority={row.priority} />,
  title: ({ row }) => <RowTitle row={row} />,
  type: ({ row }) => typeLabel(row.type),
  org: ({ row }) => <OrgCode id={row.orgId} />,
  requester: ({ row }) => row.requester?.name,
  amount: ({ row }) => (row.amount === null ? null : <Amount minor={row.amount} />),
  progress: ({ row }) => <StageProgress approval={row} />,
  due: ({ row }) => <Due row={row} />,
} as const satisfies Record<string, Cell>;

export type ColumnId = keyof typeof CELLS;

/** In the order in which they stand. */
export const COLUMNS = Object.entries(CELLS).map(([id, Cell]) => ({ id: id as ColumnId, Cell: Cell as Cell }));

/** Wide, a line of columns; narrow, two lines of a card: the first holds select to amount, the second the rest. */
export const CELL_CLASS: Record<ColumnId, string> = {
  select: "order-1 w-9 shrink-0 justify-center",
  priority: "order-2 w-7 shrink-0",
  title: "order-3 min-w-0 flex-1 pr-4 @max-2xl:pr-0 @max-2xl:basis-[calc(100%-11.5rem)]",
  type: "order-4 w-40 shrink-0 text-ink-2 text-sm @max-5xl:w-32 @max-2xl:order-6 @max-2xl:w-auto @max-2xl:min-w-0 @max-2xl:shrink @max-2xl:text-ink-3 @max-2xl:text-xs",
  org: "order-5 w-14 shrink-0 text-ink-2 text-sm @max-2xl:mr-2 @max-2xl:ml-16 @max-2xl:w-auto @max-2xl:text-ink-3 @max-2xl:text-xs",
  requester: "order-6 w-40 shrink-0 text-ink-2 text-sm @max-5xl:hidden",
  amount: "order-7 w-28 shrink-0 justify-end pr-4 font-medium @max-2xl:order-3 @max-2xl:w-26 @max-2xl:pr-3",
  progress:
    "order-8 w-36 shrink-0 text-sm @max-4xl:w-28 @max-2xl:ml-auto @max-2xl:w-auto @max-2xl:pl-2 @max-2xl:text-xs",
  due: "order-9 w-30 shrink-0 justify-end whitespace-nowrap pr-4 text-right text-sm @max-2xl:w-auto @max-2xl:pr-3 @max-2xl:pl-2.5 @max-2xl:text-xs",
};

/** Which header sorts, and by what. */
export const COLUMN_SORTS: Partial<Record<ColumnId, View["sort"]>> = {
  priority: "priority",
  amount: "amount",
  due: "due",
};
