import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GovernancePage } from "#components/governance/governance-page.tsx";
import { pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("governance");
  return { title: t("title") };
}

export default async function GovernanceRoute({ searchParams }: PageProps<"/governance">) {
  await requireCaller(pathWith("/governance", await searchParams));
  return <GovernancePage />;
}
