"use client";

import { Check, Minus, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import { useRoleName } from "#components/people/names.ts";
import type { Draft, Role } from "#components/roles/draft.ts";
import { heldBy, toggled } from "#components/roles/draft.ts";
import type { Cell } from "#components/roles/role-matrix.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { cn } from "#components/ui/cn.ts";
import { TableCell } from "#components/ui/table.tsx";
import type { Permission } from "#server/domain/access/rules.ts";

interface CellProps {
  className?: string | undefined;
  at: Cell;
  isActive: boolean;
  role: Role;
  permission: Permission;
  draft: Draft | null;
  mayEdit: boolean;
  onDraft: (role: Role, draft: Draft | null) => void;
}

const CELL = "h-9 border-b border-l px-2 text-center group-hover:bg-hover";

/** Of a role that stays as it is: whether it holds it, to be read and not to be pressed. */
function Locked({ at, isActive, role, permission, className }: CellProps) {
  const t = useTranslations("ownRoles");
  const held = role.permissions.includes(permission);
  return (
    <TableCell
      grid
      data-cell={at.join(" ")}
      tabIndex={isActive ? 0 : -1}
      className={cn(CELL, className, "focus-visible:-outline-offset-2")}
    >
      {held ? <Check className="mx-auto size-4 text-ink-3" aria-hidden /> : null}
      <span className="sr-only">{t(held ? "holds" : "holdsNot")}</span>
    </TableCell>
  );
}

/** A box of a role that may be changed, unless the reader could not give what it stands for, or changes another role. */
export function MatrixCell(props: CellProps) {
  const { at, className, isActive, role, permission, draft, mayEdit, onDraft } = props;
  const t = useTranslations("ownRoles");
  const permissions = useTranslations("permissions");
  const roleName = useRoleName();
  const { mayInTenant } = useMe();
  if (role.builtIn || !mayEdit) return <Locked {...props} />;
  const held = heldBy(role, draft, permission);
  const changed = held !== role.permissions.includes(permission);
  const other = draft !== null && draft.id !== role.id;
  const lacking = !held && !changed && !mayInTenant(permission);
  const barred = other ? t("otherOpen") : lacking ? t("notYours") : undefined;
  const Sign = held ? Plus : Minus;
  return (
    <TableCell
      grid
      className={cn(CELL, className, changed && "bg-accent-soft group-hover:bg-accent-soft")}
      title={barred}
    >
      <span className="relative inline-flex items-center">
        <Checkbox
          aria-label={t("cell", { role: roleName(role.code), permission: permissions(permission) })}
          aria-disabled={barred !== undefined || undefined}
          aria-description={barred}
          data-cell={at.join(" ")}
          tabIndex={isActive ? 0 : -1}
          checked={held}
          onChange={() => {
            if (barred === undefined) onDraft(role, toggled(role, draft, permission));
          }}
          className={cn(barred !== undefined && "opacity-50")}
        />
        {changed ? (
          <Sign
            className={cn("absolute left-full size-3.5", held ? "text-ok" : "text-bad")}
            strokeWidth={2.4}
            aria-hidden
          />
        ) : null}
      </span>
    </TableCell>
  );
}
