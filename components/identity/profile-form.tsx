"use client";

import type { QueryClient } from "@tanstack/react-query";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { useSayFailure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { ProfileHead } from "#components/identity/profile-tabs.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field, Input, Select } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { useBrowserZone } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { LANGUAGES } from "#server/domain/identity/rules.ts";

interface Profile {
  readonly name: string;
  readonly email: string;
  readonly language: Language | null;
  readonly timeZone: string | null;
}

const never = () => () => {};
let zones: readonly string[] | undefined;

function knownZones(): readonly string[] {
  zones ??= [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
  return zones;
}

const NONE: readonly string[] = [];

/** The browser's list; the server's is another, and would not hydrate. */
function useZones(chosen: string | null): readonly string[] {
  const known = useSyncExternalStore(never, knownZones, () => NONE);
  return chosen === null || known.includes(chosen) ? known : [chosen, ...known];
}

const refresh = (queryClient: QueryClient, router: { refresh(): void }) => {
  void queryClient.invalidateQueries();
  router.refresh(); // the layout says the name, the language and the times anew
};

function Fields({ profile }: { profile: Profile }) {
  const t = useTranslations("profile");
  const languages = useTranslations("languages");
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const router = useRouter();
  const sayFailure = useSayFailure();
  const browserZone = useBrowserZone();
  const allZones = useZones(profile.timeZone);
  const update = useCommand((input: Omit<Profile, "email">, options) => client.profile.update.mutate(input, options));
  const submit = (form: FormData) => {
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const language = LANGUAGES.find((known) => known === text("language")) ?? null;
    void update.run({ name: text("name"), language, timeZone: text("timeZone") || null }).then(
      () => {
        toast.success(t("saved"));
        refresh(queryClient, router);
      },
      (error: ApiError) => sayFailure(error),
    );
  };
  return (
    <form
      className="flex max-w-md flex-col gap-5 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
    >
      <Field label={t("name")}>
        {(ids) => (
          <Input {...ids} name="name" defaultValue={profile.name} autoComplete="name" maxLength={120} required />
        )}
      </Field>
      <Field label={t("email")} hint={t("emailHint")}>
        {(ids) => <Input {...ids} value={profile.email} readOnly className="bg-canvas text-ink-2" />}
      </Field>
      <Field label={t("language")}>
        {(ids) => (
          <Select {...ids} name="language" defaultValue={profile.language ?? ""}>
            <option value="">{t("languageAuto")}</option>
            {LANGUAGES.map((language) => (
              <option key={language} value={language} lang={language}>
                {languages(language)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("timeZone")}>
        {(ids) => (
          <Select {...ids} name="timeZone" defaultValue={profile.timeZone ?? ""}>
            <option value="">{t("zoneAuto", { zone: browserZone })}</option>
            {allZones.map((zone) => (
              <option key={zone} value={zone}>
                {zone}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Button type="submit" variant="primary" className="self-start" disabled={update.isPending}>
        {t("save")}
      </Button>
    </form>
  );
}

export function ProfileForm() {
  const t = useTranslations("profile");
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(trpc.profile.get.queryOptions({}));
  return (
    <>
      <ProfileHead title={t("title")} lead={t("lead")} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        {data ? <Fields profile={data} /> : null}
        {!data && error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
        {data || error ? null : (
          <div aria-busy className="flex max-w-md flex-col gap-6 p-4">
            {[1, 2, 3, 4].map((row) => (
              <Skeleton key={row} className="h-8 w-full" />
            ))}
          </div>
        )}
      </div>
    </>
  );
}
