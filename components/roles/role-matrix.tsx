"use client";

import { Lock } from "lucide-react";
import { useTranslations } from "next-intl";
import { Fragment, useState } from "react";
import { useRoleName } from "#components/people/names.ts";
import type { Draft, Role } from "#components/roles/draft.ts";
import { groupsOf } from "#components/roles/draft.ts";
import { MatrixCell } from "#components/roles/matrix-cell.tsx";
import type { RoleAction } from "#components/roles/role-menu.tsx";
import { RoleMenu } from "#components/roles/role-menu.tsx";
import { cn } from "#components/ui/cn.ts";
import { Select } from "#components/ui/field.tsx";
import { HeadCell, Table, TableBody, TableCell, TableHeader, TableRow } from "#components/ui/table.tsx";

const GROUPS = groupsOf();

interface MatrixProps {
  roles: readonly Role[];
  draft: Draft | null;
  /** Whether the reader changes roles at all. */
  mayEdit: boolean;
  onDraft: (role: Role, draft: Draft | null) => void;
  onAct: (action: RoleAction, role: Role) => void;
}

/** A place in the grid: the row of a permission, the column of a role. Only one of them is in the way of Tab. */
export type Cell = readonly [row: number, column: number];

const STEPS: Readonly<Record<string, Cell>> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};

/** The cell next to the one that has the focus; at the edge it stays. */
function moveFocus(event: React.KeyboardEvent<HTMLElement>, rows: number, columns: number): void {
  const step = STEPS[event.key];
  const from = (event.target as HTMLElement).dataset.cell?.split(" ").map(Number);
  if (!step || from?.length !== 2 || event.metaKey || event.ctrlKey || event.altKey) return;
  event.preventDefault();
  const clamp = (n: number, length: number) => Math.min(Math.max(n, 0), length - 1);
  const [row, column] = [clamp((from[0] ?? 0) + step[0], rows), clamp((from[1] ?? 0) + step[1], columns)];
  const next = event.currentTarget.querySelector<HTMLElement>(`[data-cell="${row} ${column}"]`);
  next?.focus();
}

function RoleHead({
  className,
  role,
  changed,
  onAct,
  mayEdit,
}: { role: Role; changed: boolean; className: string | undefined } & Pick<MatrixProps, "onAct" | "mayEdit">) {
  const t = useTranslations("ownRoles");
  const roleName = useRoleName();
  const { code, builtIn, description, held } = role;
  return (
    <HeadCell
      className={cn(
        "sticky top-0 z-10 w-32 min-w-32 border-b border-l bg-canvas px-2 py-1.5 text-left align-top font-normal",
        changed && "bg-accent-soft",
        className,
      )}
      title={description || undefined}
    >
      <span className="flex items-start gap-1">
        <span className="line-clamp-2 min-w-0 flex-1 break-words font-medium text-sm">{roleName(code)}</span>
        <RoleMenu role={role} mayEdit={mayEdit} onAct={onAct} />
      </span>
      <span className="flex items-center gap-1 text-ink-3 text-xs">
        {builtIn ? (
          <>
            <Lock className="size-3" aria-hidden />
            <span className="sr-only">{t("builtIn")}, </span>
          </>
        ) : null}
        {t("held", { count: held })}
      </span>
    </HeadCell>
  );
}

/** What each role may: permissions by their noun as rows, roles as columns, those that every tenant has first. */
export function RoleMatrix({ roles, draft, mayEdit, onDraft, onAct }: MatrixProps) {
  const t = useTranslations("ownRoles");
  const nouns = useTranslations("permissionNouns");
  const permissions = useTranslations("permissions");
  // On a narrow screen one role is looked at at a time: first of all one that can be changed.
  const [shown, setShown] = useState(() =>
    Math.max(
      0,
      roles.findIndex(({ builtIn }) => !builtIn),
    ),
  );
  const [active, setActive] = useState<Cell>([0, shown]);
  const chosen = Math.min(shown, roles.length - 1);
  const roleName = useRoleName();
  const show = (column: number) => {
    setShown(column);
    setActive([0, column]);
  };
  const hidden = (column: number) => (column === chosen ? undefined : "max-sm:hidden");
  const rows = GROUPS.reduce((sum, group) => sum + group.permissions.length, 0);
  let row = -1;
  return (
    <>
      <div className="border-b px-4 py-2 sm:hidden">
        <Select aria-label={t("role")} value={chosen} onChange={({ target: { value } }) => show(Number(value))}>
          {roles.map(({ id, code }, column) => (
            <option key={id} value={column}>
              {roleName(code)}
            </option>
          ))}
        </Select>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the grid inside, as they bubble */}
      <div
        // What has the focus does not lie below the heads of its row and column.
        className="relative min-h-0 flex-1 scroll-pt-16 scroll-pl-44 overflow-auto sm:scroll-pl-68"
        onKeyDown={(event) => moveFocus(event, rows, roles.length)}
        onFocus={({ target }) => {
          const [r, c] = (target as HTMLElement).dataset.cell?.split(" ").map(Number) ?? [];
          if (r !== undefined && c !== undefined) setActive([r, c]);
        }}
      >
        <Table grid aria-label={t("matrix")} className="border-separate border-spacing-0 text-sm max-sm:w-full">
          <TableHeader>
            <TableRow>
              <HeadCell className="sticky top-0 left-0 z-20 w-40 min-w-40 border-b bg-canvas px-4 py-1.5 text-left align-bottom font-medium text-ink-2 text-xs sm:w-64 sm:min-w-64">
                {t("permission")}
              </HeadCell>
              {roles.map((role, column) => (
                <RoleHead
                  key={role.id}
                  role={role}
                  changed={draft?.id === role.id}
                  mayEdit={mayEdit}
                  onAct={onAct}
                  className={hidden(column)}
                />
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {GROUPS.map(({ noun, permissions: all }) => (
              <Fragment key={noun}>
                <TableRow>
                  <HeadCell
                    scope="rowgroup"
                    role="rowheader"
                    className="sticky left-0 bg-surface px-4 pt-3 pb-1 text-left font-semibold text-ink-3 text-xs"
                  >
                    {nouns.has(noun as "approvals") ? nouns(noun as "approvals") : noun}
                  </HeadCell>
                  <TableCell grid colSpan={roles.length} className="border-l bg-surface" />
                </TableRow>
                {all.map((permission) => {
                  row += 1;
                  const at = row;
                  return (
                    <TableRow key={permission} className="group">
                      <HeadCell
                        scope="row"
                        role="rowheader"
                        className="sticky left-0 z-5 border-b bg-surface px-4 py-1 text-left font-normal group-hover:bg-hover"
                      >
                        {permissions(permission)}
                        <span className="hidden font-mono text-[11px] text-ink-3 sm:block">{permission}</span>
                      </HeadCell>
                      {roles.map((role, column) => (
                        <MatrixCell
                          key={role.id}
                          className={hidden(column)}
                          at={[at, column]}
                          isActive={active[0] === at && active[1] === column}
                          role={role}
                          permission={permission}
                          draft={draft}
                          mayEdit={mayEdit}
                          onDraft={onDraft}
                        />
                      ))}
                    </TableRow>
                  );
                })}
              </Fragment>
            ))}
          </TableBody>
        </Table>
      </div>
    </>
  );
}
