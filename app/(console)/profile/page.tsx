import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ProfileForm } from "#components/identity/profile-form.tsx";
import { pageApi, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("profile");
  return { title: t("title") };
}

export default async function ProfilePage() {
  await requireCaller("/profile");
  const { queryClient, trpc } = await pageApi();
  await queryClient.prefetchQuery(trpc.profile.get.queryOptions({}));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ProfileForm />
    </HydrationBoundary>
  );
}
