import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PasswordForm } from "#components/identity/password-form.tsx";
import { ProfileHead } from "#components/identity/profile-tabs.tsx";
import { SecondFactors } from "#components/identity/second-factors.tsx";
import { pageApi, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("security");
  return { title: t("title") };
}

export default async function SecurityPage() {
  await requireCaller("/profile/security");
  const { ask, queryClient, trpc } = await pageApi();
  await queryClient.prefetchQuery(trpc.factors.list.queryOptions({}));
  const { email } = await ask.profile.get({});
  const t = await getTranslations("security");
  return (
    <>
      <ProfileHead title={t("title")} lead={t("lead")} />
      <div className="min-h-0 flex-1 divide-y overflow-y-auto">
        <PasswordForm email={email} />
        <HydrationBoundary state={dehydrate(queryClient)}>
          <SecondFactors />
        </HydrationBoundary>
      </div>
    </>
  );
}
