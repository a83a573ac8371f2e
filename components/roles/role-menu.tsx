"use client";

import { Copy, Ellipsis, History, PenLine, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { auditQuery } from "#components/audit/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { useRoleName } from "#components/people/names.ts";
import type { Role } from "#components/roles/draft.ts";
import { MenuItem, MenuPopup } from "#components/ui/menu.tsx";
import { Opener } from "#components/ui/opener.tsx";

export type RoleAction = "rename" | "copy" | "delete";

interface MenuProps {
  role: Role;
  mayEdit: boolean;
  onAct: (action: RoleAction, role: Role) => void;
}

/** What can be done with a role: any may be copied, the tenant's own also be renamed and deleted. */
export function RoleMenu({ role, mayEdit, onAct }: MenuProps) {
  const t = useTranslations("ownRoles");
  const roleName = useRoleName();
  const router = useRouter();
  const { may } = useMe();
  const own = mayEdit && !role.builtIn;
  if (!mayEdit && !may("audit:read")) return null;
  const trigger = (
    <button
      type="button"
      aria-label={t("actions", { role: roleName(role.code) })}
      className="inline-flex size-6 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
    >
      <Ellipsis className="size-4" aria-hidden />
    </button>
  );
  return (
    <Opener kind="menu" trigger={trigger}>
      {(opened) => (
        <MenuPopup {...opened} align="end">
          {own ? (
            <MenuItem onClick={() => onAct("rename", role)}>
              <PenLine className="size-4 text-ink-3" aria-hidden />
              {t("rename")}
            </MenuItem>
          ) : null}
          {mayEdit ? (
            <MenuItem onClick={() => onAct("copy", role)}>
              <Copy className="size-4 text-ink-3" aria-hidden />
              {t("copy")}
            </MenuItem>
          ) : null}
          {may("audit:read") ? (
            <MenuItem onClick={() => router.push(`/audit${auditQuery({ target: role.id })}`)}>
              <History className="size-4 text-ink-3" aria-hidden />
              {t("history")}
            </MenuItem>
          ) : null}
          {own ? (
            <MenuItem className="text-bad" onClick={() => onAct("delete", role)}>
              <Trash2 className="size-4" aria-hidden />
              {t("delete")}
            </MenuItem>
          ) : null}
        </MenuPopup>
      )}
    </Opener>
  );
}
