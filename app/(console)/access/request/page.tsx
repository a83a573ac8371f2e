import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AskPage } from "#components/access/ask-page.tsx";
import { pathWith, requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("askAccess");
  return { title: t("title") };
}

export default async function AskRoute({ searchParams }: PageProps<"/access/request">) {
  await requireCaller(pathWith("/access/request", await searchParams));
  return <AskPage />;
}
