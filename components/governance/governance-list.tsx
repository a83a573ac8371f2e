"use client";

import { useTranslations } from "next-intl";
import { OutcomeMark, useAskedName, useWho } from "#components/governance/names.tsx";
import type { Governed, useGoverned } from "#components/governance/use-governance.ts";
import { cn } from "#components/ui/cn.ts";
import { More } from "#components/ui/more.tsx";
import { HeadCell, Table, TableBody, TableCell, TableHeader, TableRow } from "#components/ui/table.tsx";
import { Moment } from "#components/ui/time.tsx";

const OUTCOME = "flex w-28 shrink-0 items-center pl-4 text-sm";
const WHO = "hidden w-44 shrink-0 items-center pr-3 lg:flex";
const WHERE = "hidden w-24 shrink-0 items-center pr-3 md:flex";
const WHEN = "hidden w-48 shrink-0 items-center pr-4 sm:flex";

function Row({ entry, onOpen }: { entry: Governed; onOpen: () => void }) {
  const t = useTranslations("governance");
  const audit = useTranslations("audit");
  const who = useWho()(entry.by);
  const asked = useAskedName()(entry);
  const { outcome, operation, count, scope, at, id } = entry;
  const place = scope && scope.kind !== "TENANT" ? scope.code : audit("wholeTenantShort");
  return (
    <>
      <TableCell className={OUTCOME}>
        <OutcomeMark of={outcome} />
      </TableCell>
      <TableCell className="flex min-w-0 flex-1 flex-col justify-center pr-3">
        <span className="flex min-w-0 items-baseline gap-2">
          <a
            href={`/governance?entry=${id}`}
            className="truncate font-medium after:absolute after:inset-0"
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
              event.preventDefault();
              onOpen();
            }}
          >
            {asked}
          </a>
          {count > 1 ? (
            <span className="shrink-0 rounded bg-hover px-1.5 text-ink-2 text-xs">{t("times", { count })}</span>
          ) : null}
        </span>
        <span className="truncate text-ink-3 text-xs">
          <span className="lg:hidden">
            {who}
            {" · "}
          </span>
          <code className="font-mono">{operation}</code>
          <span className="sm:hidden">
            {" · "}
            <Moment at={at} />
          </span>
        </span>
      </TableCell>
      <TableCell className={WHO}>
        <span className={cn("truncate text-sm", entry.by.kind === "PERSON" ? "text-ink" : "text-ink-2")}>{who}</span>
      </TableCell>
      <TableCell className={cn(WHERE, "text-ink-2 text-sm")}>
        <span className="truncate" title={scope?.name}>
          {place}
        </span>
      </TableCell>
      <TableCell className={cn(WHEN, "text-ink-2 text-sm")}>
        <Moment at={at} seconds className="whitespace-nowrap" />
      </TableCell>
    </>
  );
}

interface ListProps {
  items: readonly Governed[];
  query: ReturnType<typeof useGoverned>;
  onOpen: (id: string) => void;
}

/** The entries, the newest first. */
export function GovernanceList({ items, query, onOpen }: ListProps) {
  const t = useTranslations("governance");
  return (
    <section aria-label={t("entries")} className="min-h-64 flex-1 overflow-y-auto">
      <Table aria-label={t("entries")} aria-rowcount={query.hasNextPage ? -1 : items.length + 1} className="block">
        <TableHeader className="sticky top-0 z-10 block bg-surface">
          <TableRow aria-rowindex={1} className="flex h-8 items-center border-b text-ink-3 text-xs">
            <HeadCell className={cn(OUTCOME, "text-xs font-medium")}>{t("outcome")}</HeadCell>
            <HeadCell className="flex-1 text-left font-medium">{t("permission")}</HeadCell>
            <HeadCell className={cn(WHO, "font-medium")}>{t("who")}</HeadCell>
            <HeadCell className={cn(WHERE, "font-medium")}>{t("where")}</HeadCell>
            <HeadCell className={cn(WHEN, "font-medium")}>{t("when")}</HeadCell>
          </TableRow>
        </TableHeader>
        <TableBody className="block">
          {items.map((entry, index) => (
            <TableRow key={entry.id} aria-rowindex={index + 2} className="relative flex h-13 border-b hover:bg-hover">
              <Row entry={entry} onOpen={() => onOpen(entry.id)} />
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <More query={query}>{t("more")}</More>
    </section>
  );
}
