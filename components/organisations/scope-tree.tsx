"use client";

import { ChevronRight, KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ScopeIcon } from "#components/organisations/scope-kind.tsx";
import type { Branch } from "#components/organisations/tree.ts";
import { cn } from "#components/ui/cn.ts";

interface TreeProps {
  branches: readonly Branch[];
  /** While something is looked for, all that was found is open. */
  searching: boolean;
  chosen: string | null;
  onChoose: (id: string) => void;
}

interface LevelProps extends TreeProps {
  level: number;
  closed: ReadonlySet<string>;
  onFold: (id: string) => void;
}

/** Below an organisation it begins folded: fifty of them are a list that one can look over. */
const isFolded = ({ scope, below }: Branch, flipped: ReadonlySet<string>) =>
  below.length > 0 && (scope.kind === "TENANT" ? flipped.has(scope.id) : !flipped.has(scope.id));

function Row({
  branch,
  level,
  folded,
  chosen,
  onChoose,
  onFold,
}: Omit<LevelProps, "branches"> & { branch: Branch; folded: boolean }) {
  const t = useTranslations("organisations");
  const kinds = useTranslations("scopeKinds");
  const { scope, below } = branch;
  return (
    <div
      className="relative flex h-10 items-center gap-1 border-b pr-4 hover:bg-hover"
      style={{ paddingLeft: `${0.5 + level * 1.25}rem` }}
    >
      {below.length > 0 ? (
        <button
          type="button"
          aria-expanded={!folded}
          aria-label={t("below", { name: scope.name })}
          onClick={() => onFold(scope.id)}
          className="relative z-1 inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-line/60 hover:text-ink"
        >
          <ChevronRight
            className={cn("size-4 transition-transform duration-100", !folded && "rotate-90")}
            aria-hidden
          />
        </button>
      ) : (
        <span className="size-7 shrink-0" />
      )}
      <ScopeIcon kind={scope.kind} />
      <button
        type="button"
        data-scope={scope.id}
        aria-haspopup="dialog"
        aria-expanded={chosen === scope.id}
        onClick={() => onChoose(scope.id)}
        onKeyDown={(event) => {
          const open = event.key === "ArrowRight" && folded;
          const close = event.key === "ArrowLeft" && !folded && below.length > 0;
          if (!open && !close) return;
          event.preventDefault();
          onFold(scope.id);
        }}
        className="flex min-w-0 flex-1 items-baseline gap-2 rounded-md px-1 py-1 text-left after:absolute after:inset-0"
      >
        <span className={cn("truncate font-medium", !scope.matches && "text-ink-2")}>{scope.name}</span>
        <span className="shrink-0 font-mono text-ink-3 text-xs">{scope.code}</span>
        {scope.kind === "ORG" ? null : (
          <span className="hidden shrink-0 text-ink-3 text-xs sm:inline">{kinds(scope.kind)}</span>
        )}
      </button>
      {folded ? <span className="shrink-0 text-ink-3 text-xs">{t("inIt", { count: below.length })}</span> : null}
      {scope.assignments > 0 ? (
        <span
          title={t("held", { count: scope.assignments })}
          className="inline-flex w-12 shrink-0 items-center justify-end gap-1 text-ink-3 text-xs"
        >
          <KeyRound className="size-3" aria-hidden />
          {scope.assignments}
          <span className="sr-only">{t("held", { count: scope.assignments })}</span>
        </span>
      ) : (
        <span className="w-12 shrink-0" />
      )}
    </div>
  );
}

function Level({ branches, ...props }: LevelProps) {
  return (
    <ul>
      {branches.map((branch) => {
        const folded = !props.searching && isFolded(branch, props.closed);
        return (
          <li key={branch.scope.id}>
            <Row {...props} branch={branch} folded={folded} />
            {branch.below.length > 0 && !folded ? (
              <Level {...props} branches={branch.below} level={props.level + 1} />
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

/** The next or the one before among what is shown. */
function moveFocus(event: React.KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-scope]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  if (!step || at < 0) return;
  event.preventDefault();
  rows[at + step]?.focus();
}

/** Nested lists: Tab goes through them, arrows go up and down, and fold and unfold. */
export function ScopeTree(props: TreeProps) {
  const t = useTranslations("organisations");
  const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set());
  const fold = (id: string) =>
    setFlipped((now) => (now.has(id) ? new Set([...now].filter((other) => other !== id)) : new Set([...now, id])));
  return (
    <nav aria-label={t("title")} onKeyDown={moveFocus}>
      <Level {...props} level={0} closed={flipped} onFold={fold} />
    </nav>
  );
}
