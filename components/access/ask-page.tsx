"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useRef } from "react";
import { AskedList } from "#components/access/asked-list.tsx";
import { usePlaces } from "#components/access/use-places.ts";
import { askParsers } from "#components/access/view.ts";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useRoleName } from "#components/people/names.ts";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field, Select, Textarea } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import { ASK_HOURS_MAX } from "#server/domain/access/rules.ts";

const DAY = 24;
const HOURS = [1, 4, 8, DAY, 3 * DAY, 7 * DAY, 30 * DAY, ASK_HOURS_MAX] as const;
const HOURS_FIRST = 8;

interface Ask {
  readonly role: string;
  readonly scopeId: string;
  readonly hours: number;
  readonly reason: string;
}

function useDuration() {
  const t = useTranslations("askAccess");
  return (hours: number) => (hours < DAY ? t("hours", { hours }) : t("days", { days: hours / DAY }));
}

/** What is chosen: by the address, or the least role that gives what was missing there. */
function useChosen() {
  const trpc = useTRPC();
  const [view, set] = useQueryStates(askParsers, { scroll: false });
  const { data } = useQuery(trpc.access.askable.queryOptions(view.where ? { scopeId: view.where } : {}));
  const places = usePlaces().filter(({ depth, hint }) => depth !== 0 || hint !== undefined);
  const roles = data?.roles ?? [];
  const { what } = view;
  const least = what ? roles.find(({ permissions }) => permissions.includes(what))?.code : undefined;
  const role = roles.find(({ code }) => code === (view.role ?? least));
  const named = data?.scope ? { id: data.scope.id, label: data.scope.name, hint: data.scope.code } : null;
  const place = places.find(({ id }) => id === view.where) ?? named;
  return { roles, role, places: places.length > 0 || !named ? places : [named], place, set };
}

function AskForm() {
  const t = useTranslations("askAccess");
  const roleName = useRoleName();
  const duration = useDuration();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const { roles, role, places, place, set } = useChosen();
  const ask = useCommand<Ask, { id: string }>((input, options) => client.access.ask.mutate(input, options));
  const submit = (given: FormData) => {
    if (!role || !place) return;
    const hours = Number(given.get("hours"));
    const reason = String(given.get("reason") ?? "").trim();
    void ask.run({ role: role.code, scopeId: place.id, hours, reason }).then(
      () => {
        toast.success(t("sent"), { description: t("sentNote") });
        form.current?.reset();
        void queryClient.invalidateQueries(trpc.access.asked.pathFilter());
      },
      () => {}, // shown in the form
    );
  };
  return (
    <form
      ref={form}
      className="flex max-w-2xl flex-col gap-4 px-4 py-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
    >
      <Field label={t("role")} hint={role ? t("may", { permissions: role.permissions.join(", ") }) : undefined}>
        {(ids) => (
          <Select
            {...ids}
            required
            value={role?.code ?? ""}
            onChange={(event) => void set({ role: event.target.value || null, what: null })}
          >
            <option value="">{t("chooseRole")}</option>
            {roles.map(({ code }) => (
              <option key={code} value={code}>
                {roleName(code)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("where")} hint={t("whereHint")}>
        {(ids) => (
          <Combobox
            ids={ids}
            label={t("where")}
            choices={places}
            chosen={place}
            onChange={(choice) => void set({ where: choice?.id ?? null })}
            placeholder={t("choosePlace")}
            empty={t("noPlace")}
            openLabel={t("openPlaces")}
          />
        )}
      </Field>
      <Field label={t("duration")} hint={t("durationHint")}>
        {(ids) => (
          <Select {...ids} name="hours" defaultValue={HOURS_FIRST}>
            {HOURS.map((hours) => (
              <option key={hours} value={hours}>
                {duration(hours)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("reason")} hint={t("reasonHint")}>
        {(ids) => <Textarea {...ids} name="reason" maxLength={500} required />}
      </Field>
      <Refused error={ask.error as ApiError | null} />
      <div>
        <Button type="submit" variant="primary" disabled={ask.isPending || !role || !place}>
          {t("submit")}
        </Button>
      </div>
    </form>
  );
}

/** A role, asked for by whoever wants it for themselves. */
export function AskPage() {
  const t = useTranslations("askAccess");
  return (
    <>
      <header className="shrink-0 border-b px-4 pt-3 pb-3">
        <Link href="/access" className="inline-flex h-6 items-center gap-1 text-ink-3 text-sm hover:text-ink">
          <ArrowLeft className="size-3.5" aria-hidden />
          {t("back")}
        </Link>
        <h1 className="pt-1 font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
        <p className="max-w-prose text-ink-2 text-sm">{t("lead")}</p>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <AskForm />
        <AskedList />
      </div>
    </>
  );
}
