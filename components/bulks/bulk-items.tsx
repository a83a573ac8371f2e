"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { ListX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { WhyLink } from "#components/api/why-link.tsx";
import { typeLabel } from "#components/approvals/amount.ts";
import { OutcomeMark } from "#components/bulks/outcome-mark.tsx";
import { useItemReason } from "#components/bulks/reason.ts";
import type { Bulk, BulkItem, ItemsFilter } from "#components/bulks/use-bulk.ts";
import { useBulkItems } from "#components/bulks/use-bulk.ts";
import { cn } from "#components/ui/cn.ts";
import { Notice } from "#components/ui/notice.tsx";
import { HeadCell, Table, TableBody, TableCell, TableHeader, TableRow } from "#components/ui/table.tsx";

const ROW = 52;
const OVERSCAN = 10;
const ROWS_BEFORE_FETCH = 40;

function ItemRow({ item, bulk }: { item: BulkItem; bulk: Bulk }) {
  const why = useItemReason()(item, bulk);
  const type = typeLabel(item.type);
  return (
    <>
      <TableCell className="flex min-w-0 flex-1 flex-col justify-center pl-4">
        <Link
          href={`/approvals/${item.id}`}
          prefetch={false}
          className="truncate font-medium hover:underline hover:underline-offset-2"
        >
          {item.title}
        </Link>
        <span className="truncate text-ink-3 text-xs max-sm:hidden">{type}</span>
        <span className={cn("truncate text-xs sm:hidden", why ? "text-ink-2" : "text-ink-3")}>{why ?? type}</span>
      </TableCell>
      <TableCell className="flex w-28 min-w-0 shrink-0 flex-col items-end justify-center pr-4 text-right sm:w-96 sm:items-start sm:text-left">
        <span className="flex items-center gap-2">
          <OutcomeMark outcome={item.outcome} decision={bulk.decision} />
          {bulk.mine ? <WhyLink code={item.code} facts={item.detail ?? undefined} /> : null}
        </span>
        {why ? (
          <span className="max-w-full truncate text-ink-2 text-xs max-sm:hidden" title={why}>
            {why}
          </span>
        ) : null}
      </TableCell>
    </>
  );
}

interface ItemsProps {
  bulk: Bulk;
  filter: ItemsFilter;
  /** How many the filter leaves, where that is known. */
  count: number | undefined;
}

/** What became of each item. The page holds the rows that are seen, however many there are. */
export function BulkItems({ bulk, filter, count }: ItemsProps) {
  const t = useTranslations("bulk");
  const scroller = useRef<HTMLElement>(null);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage, isPending } = useBulkItems(
    bulk,
    filter,
  );
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
  });
  const last = virtualizer.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= items.length - ROWS_BEFORE_FETCH) void fetchNextPage();
  }, [last, items.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (error && items.length === 0) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!isPending && items.length === 0) return <Notice icon={<ListX aria-hidden />} title={t("noItems")} />;
  return (
    <section ref={scroller} aria-label={t("items")} className="min-h-64 flex-1 overflow-y-auto">
      <Table aria-label={t("items")} aria-rowcount={count === undefined ? -1 : count + 1} className="block">
        <TableHeader className="sticky top-0 z-10 block bg-surface">
          <TableRow aria-rowindex={1} className="flex h-8 items-center border-b text-ink-3 text-xs">
            <HeadCell className="flex-1 pl-4 text-left font-medium">{t("item")}</HeadCell>
            <HeadCell className="w-28 shrink-0 pr-4 text-right font-medium sm:w-96 sm:text-left">
              {t("outcome")}
            </HeadCell>
          </TableRow>
        </TableHeader>
        <TableBody className="relative block" style={{ height: items.length * ROW }}>
          {virtualizer.getVirtualItems().map(({ index }) => {
            const item = items[index];
            return item ? (
              <TableRow
                key={item.position}
                aria-rowindex={index + 2}
                className="absolute inset-x-0 top-0 flex border-b hover:bg-hover"
                style={{ height: ROW, transform: `translateY(${index * ROW}px)` }}
              >
                <ItemRow item={item} bulk={bulk} />
              </TableRow>
            ) : null;
          })}
        </TableBody>
      </Table>
    </section>
  );
}
