"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useState } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import { useRoleName } from "#components/people/names.ts";
import { DeleteRoleDialog } from "#components/roles/delete-role-dialog.tsx";
import type { Draft, Role } from "#components/roles/draft.ts";
import { differenceOf, hasChanges } from "#components/roles/draft.ts";
import { RoleDialog } from "#components/roles/role-dialog.tsx";
import { RoleMatrix } from "#components/roles/role-matrix.tsx";
import type { RoleAction } from "#components/roles/role-menu.tsx";
import { SaveRoleDialog } from "#components/roles/save-role-dialog.tsx";
import { Unused } from "#components/roles/unused.tsx";
import { ROLES_TABS, rolesParsers } from "#components/roles/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUnsaved } from "#components/ui/use-unsaved.ts";

type Open = { readonly what: RoleAction | "create"; readonly role?: Role } | { readonly what: "save" };

interface BarProps {
  role: Role;
  draft: Draft;
  onDiscard: () => void;
  onReview: () => void;
}

/** What has been changed and is not saved, and the way to both ends of it. */
function DraftBar({ role, draft, onDiscard, onReview }: BarProps) {
  const t = useTranslations("ownRoles");
  const roleName = useRoleName();
  const { added, removed } = differenceOf(role, draft);
  return (
    <section
      aria-label={t("changes")}
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-t bg-raised px-4 py-2"
    >
      <p role="status" className="min-w-0 flex-1 text-sm">
        <span className="font-medium">{roleName(role.code)}</span>{" "}
        <span className="text-ink-2">{t("changed", { added: added.length, removed: removed.length })}</span>
      </p>
      <Button size="sm" onClick={onDiscard}>
        {t("discard")}
      </Button>
      <Button size="sm" variant="primary" onClick={onReview}>
        {t("review")}
      </Button>
    </section>
  );
}

interface MatrixProps {
  roles: readonly Role[];
  mayEdit: boolean;
  /** Kept while something else of the page is shown. */
  draft: Draft | null;
  onDraft: (draft: Draft | null) => void;
  open: Open | null;
  onOpen: (open: Open | null) => void;
}

function Matrix({ roles, mayEdit, draft: kept, onDraft, open, onOpen }: MatrixProps) {
  const edited = roles.find(({ id }) => id === kept?.id);
  // Nothing is left to save of a role that is gone, or that somebody else has made the same.
  const draft = kept && edited && hasChanges(edited, kept) ? kept : null;
  useUnsaved(draft !== null);
  return (
    <>
      <RoleMatrix
        roles={roles}
        draft={draft}
        mayEdit={mayEdit}
        onDraft={(_, next) => onDraft(next)}
        onAct={(what, role) => onOpen({ what, role })}
      />
      {draft && edited ? (
        <DraftBar
          role={edited}
          draft={draft}
          onDiscard={() => onDraft(null)}
          onReview={() => onOpen({ what: "save" })}
        />
      ) : null}
      {open?.what === "save" && draft && edited ? (
        <SaveRoleDialog
          role={edited}
          draft={draft}
          onClose={() => onOpen(null)}
          onSaved={() => {
            onOpen(null);
            onDraft(null);
          }}
        />
      ) : null}
    </>
  );
}

/** The roles of the tenant side by side; its own are made, changed and deleted here, the difference before the saving. */
export function RolesPage() {
  const t = useTranslations("ownRoles");
  const trpc = useTRPC();
  const mayEdit = useMe().mayInTenant("access:write");
  const { data: roles, error, refetch } = useQuery(trpc.access.roles.queryOptions({}));
  const [{ tab }, set] = useQueryStates(rolesParsers, { scroll: false });
  const [open, setOpen] = useState<Open | null>(null);
  const [draft, setDraft] = useState<Draft | null>(null);
  const close = () => setOpen(null);
  const doomed = open?.what === "delete" ? roles?.find(({ id }) => id === open.role?.id) : undefined;
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-3.5 pb-1">
          <div className="min-w-0 flex-1">
            <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
            <p className="text-ink-2 text-sm">{t(mayEdit ? "lead" : "leadPart")}</p>
          </div>
          {mayEdit ? (
            <Button variant="primary" onClick={() => setOpen({ what: "create" })}>
              <Plus className="size-4" aria-hidden />
              {t("new")}
            </Button>
          ) : null}
        </div>
        <Tabs label={t("shown")} names={ROLES_TABS} chosen={tab} onChoose={(name) => void set({ tab: name })}>
          {(name) => t(`tabs.${name}`)}
        </Tabs>
      </header>
      {tab === "unused" ? <Unused /> : null}
      {tab === "matrix" ? (
        <>
          {error && roles ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
          {error && !roles ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
          {roles || error ? null : <Skeleton className="m-4 h-64" />}
          {roles ? (
            <Matrix roles={roles} mayEdit={mayEdit} draft={draft} onDraft={setDraft} open={open} onOpen={setOpen} />
          ) : null}
        </>
      ) : null}
      {roles && (open?.what === "create" || open?.what === "copy") ? (
        <RoleDialog roles={roles} {...(open.role ? { copied: open.role } : {})} onClose={close} />
      ) : null}
      {roles && open?.what === "rename" && open.role ? (
        <RoleDialog roles={roles} renamed={open.role} onClose={close} />
      ) : null}
      {doomed ? <DeleteRoleDialog role={doomed} onClose={close} /> : null}
    </>
  );
}
