"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { useActionName, useActorName, useTargetTypeName } from "#components/audit/action-name.ts";
import { ClassMark } from "#components/audit/class-badge.tsx";
import type { AuditEntry } from "#components/audit/use-audit.ts";
import { MarkedText } from "#components/search/marked.tsx";
import type { useFoundPages } from "#components/search/use-found-pages.ts";
import { cn } from "#components/ui/cn.ts";
import { HeadCell, Table, TableBody, TableCell, TableHeader, TableRow } from "#components/ui/table.tsx";
import { Moment } from "#components/ui/time.tsx";

const ROW = 52;
const OVERSCAN = 10;
const ROWS_BEFORE_FETCH = 40;

const WHEN = "hidden w-48 shrink-0 sm:flex";
const WHO = "hidden w-44 shrink-0 lg:flex";
const WHERE = "hidden w-24 shrink-0 md:flex";

function Row({ entry, onOpen }: { entry: AuditEntry; onOpen: () => void }) {
  const t = useTranslations("audit");
  const actionName = useActionName();
  const actor = useActorName()(entry.by);
  const typeName = useTargetTypeName();
  const target = entry.target.name ?? `${typeName(entry.target.type)} ${entry.target.id.slice(0, 8)}`;
  return (
    <>
      <TableCell className="flex min-w-0 flex-1 items-center gap-3 pr-3 pl-4">
        <ClassMark of={entry.class} />
        <span className="flex min-w-0 flex-col">
          <a
            href={`/audit/${entry.id}`}
            className="truncate font-medium after:absolute after:inset-0"
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
              event.preventDefault();
              onOpen();
            }}
          >
            {actionName(entry.action)}
          </a>
          <span className="truncate text-ink-3 text-xs">
            <span className="sm:hidden">
              <Moment at={entry.at} />
              {" · "}
            </span>
            <span className="lg:hidden">
              <MarkedText text={actor} parts={entry.marks?.by} />
              {" · "}
            </span>
            {target}
          </span>
        </span>
      </TableCell>
      <TableCell className={cn(WHO, "items-center pr-3")}>
        <span className={cn("truncate text-sm", entry.by.kind === "PERSON" ? "text-ink" : "text-ink-2")}>
          <MarkedText text={actor} parts={entry.marks?.by} />
        </span>
      </TableCell>
      <TableCell className={cn(WHERE, "items-center pr-3 text-ink-2 text-sm")}>
        <span className="truncate" title={entry.scope?.name}>
          {entry.scope?.code ?? t("wholeTenantShort")}
        </span>
      </TableCell>
      <TableCell className={cn(WHEN, "items-center pr-4 text-ink-2 text-sm")}>
        <Moment at={entry.at} seconds className="whitespace-nowrap" />
      </TableCell>
    </>
  );
}

interface ListProps {
  query: ReturnType<typeof useFoundPages<AuditEntry>>;
  onOpen: (id: string) => void;
}

/** The entries. The page holds the rows that are seen, however many there are. */
export function AuditList({ query: { data, hasNextPage, isFetchingNextPage, fetchNextPage }, onOpen }: ListProps) {
  const t = useTranslations("audit");
  const scroller = useRef<HTMLElement>(null);
  const entries = data?.pages.flatMap((page) => page.items) ?? [];
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
  });
  const last = virtualizer.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= entries.length - ROWS_BEFORE_FETCH) void fetchNextPage();
  }, [last, entries.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <section ref={scroller} aria-label={t("entries")} className="min-h-64 flex-1 overflow-y-auto">
      <Table aria-label={t("entries")} aria-rowcount={hasNextPage ? -1 : entries.length + 1} className="block">
        <TableHeader className="sticky top-0 z-10 block bg-surface">
          <TableRow aria-rowindex={1} className="flex h-8 items-center border-b text-ink-3 text-xs">
            <HeadCell className="flex-1 pl-4 text-left font-medium">{t("what")}</HeadCell>
            <HeadCell className={cn(WHO, "font-medium")}>{t("who")}</HeadCell>
            <HeadCell className={cn(WHERE, "font-medium")}>{t("org")}</HeadCell>
            <HeadCell className={cn(WHEN, "font-medium")}>{t("when")}</HeadCell>
          </TableRow>
        </TableHeader>
        <TableBody className="relative block" style={{ height: entries.length * ROW }}>
          {virtualizer.getVirtualItems().map(({ index }) => {
            const entry = entries[index];
            return entry ? (
              <TableRow
                key={entry.id}
                aria-rowindex={index + 2}
                className="absolute inset-x-0 top-0 flex border-b hover:bg-hover"
                style={{ height: ROW, transform: `translateY(${index * ROW}px)` }}
              >
                <Row entry={entry} onOpen={() => onOpen(entry.id)} />
              </TableRow>
            ) : null;
          })}
        </TableBody>
      </Table>
    </section>
  );
}
