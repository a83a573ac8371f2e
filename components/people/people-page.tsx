"use client";

import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useRef, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { Action } from "#components/api/use-action.ts";
import { FacetFilter } from "#components/approvals/filters/facet-filter.tsx";
import { useMe } from "#components/identity/me.tsx";
import { InvitationList } from "#components/people/invitation-list.tsx";
import { MemberList } from "#components/people/member-list.tsx";
import { isNarrowed, PEOPLE_TABS, peopleAsked, peopleParsers } from "#components/people/view.ts";
import { FacetCounter } from "#components/search/facet-counter.tsx";
import type { FacetCounts } from "#components/search/facets.tsx";
import { SearchBox } from "#components/search/search-box.tsx";
import { useSlash } from "#components/search/use-slash.ts";
import { Button } from "#components/ui/button.tsx";
import { lazily } from "#components/ui/first-sign.ts";
import { Tabs } from "#components/ui/tabs.tsx";
import type { Language } from "#server/domain/identity/rules.ts";
import type { MemberStatus } from "#server/domain/people/rules.ts";
import { MEMBER_STATUSES } from "#server/domain/people/rules.ts";

const InviteDialog = lazily(() => import("#components/people/invite-dialog.tsx").then((m) => m.InviteDialog));

export interface InviteInput {
  readonly email: string;
  readonly name: string;
  readonly language?: Language;
  readonly role?: string;
  readonly scopeId?: string;
}

/** What sends mail from here; handed down by the page, since a component cannot name the server. */
export interface PeopleActions {
  readonly invite: Action<InviteInput, { id: string; expiresAt: string }>;
  readonly resend: Action<{ id: string }, { id: string; email: string }>;
}

const COUNTED = ["status"] as const;
const FOLLOWED = ["person"] as const;

function MemberFilters() {
  const t = useTranslations("people");
  const statuses = useTranslations("memberStatus");
  const filters = useTranslations("filters");
  const [view, set] = useQueryStates(peopleParsers, { scroll: false });
  const [counts, setCounts] = useState<FacetCounts>();
  const search = useRef<HTMLInputElement>(null);
  useSlash(search);
  return (
    <div className="flex flex-wrap items-center gap-1.5 px-4 py-2">
      <SearchBox
        label={t("search")}
        value={view.q}
        onChange={(q) => void set({ q: q || null })}
        inputRef={search}
        className="max-md:basis-full"
      />
      <FacetFilter
        label={t("status")}
        options={MEMBER_STATUSES.map((value) => ({ value, label: statuses(value) }))}
        counts={counts?.status}
        chosen={view.status}
        onChange={(status) => void set({ status: status as MemberStatus[] })}
      />
      {isNarrowed(view) ? (
        <Button variant="ghost" size="sm" onClick={() => void set({ q: null, status: null })}>
          {filters("clearAll")}
        </Button>
      ) : null}
      <FacetCounter
        collection="people"
        narrowed={{ words: peopleAsked(view).words, filters: "", chosen: { status: view.status } }}
        counted={COUNTED}
        kinds={FOLLOWED}
        onCounts={setCounts}
      />
    </div>
  );
}

export function PeoplePage({ actions }: { actions: PeopleActions }) {
  const t = useTranslations("people");
  const format = useFormatter();
  const trpc = useTRPC();
  const { may, mayInTenant, tenant } = useMe();
  const [view, set] = useQueryStates(peopleParsers, { scroll: false });
  const [inviting, setInviting] = useState(false);
  const administersPeople = may("people:write");
  const open = useQuery({ ...trpc.people.invitations.queryOptions({}), enabled: administersPeople });
  const whole = mayInTenant("people:write") || mayInTenant("access:write");
  // Without a role one joins the whole tenant; with one, it has to be one's own to give.
  const mayInvite = administersPeople && (mayInTenant("people:write") || may("access:write"));
  const tab = administersPeople ? view.tab : "members";
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-3.5 pb-1">
          <div className="min-w-0 flex-1">
            <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
            <p className="text-ink-2 text-sm">{whole ? t("lead", { tenant: tenant.name }) : t("leadPart")}</p>
          </div>
          {mayInvite ? (
            <Button variant="primary" onClick={() => setInviting(true)}>
              <UserPlus className="size-4" aria-hidden />
              {t("invite")}
            </Button>
          ) : null}
        </div>
        {administersPeople ? (
          <Tabs label={t("shown")} names={PEOPLE_TABS} chosen={tab} onChoose={(name) => void set({ tab: name })}>
            {(name) => (
              <>
                {t(name)}
                {name === "invitations" && open.data ? (
                  <span className="font-normal text-ink-3 text-xs">{format.number(open.data.length)}</span>
                ) : null}
              </>
            )}
          </Tabs>
        ) : null}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {tab === "members" ? (
          <>
            <MemberFilters />
            <div className="border-t" />
            <MemberList view={view} whole={whole} onClear={() => void set({ q: null, status: null })} />
          </>
        ) : (
          <InvitationList query={open} resend={actions.resend} />
        )}
      </div>
      {inviting ? (
        <InviteDialog
          invite={actions.invite}
          onClose={() => setInviting(false)}
          onDone={() => {
            setInviting(false);
            void set({ tab: "invitations" });
          }}
        />
      ) : null}
    </>
  );
}
