import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AccessPage } from "#components/access/access-page.tsx";
import { pathWith, requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("access");
  return { title: t("title") };
}

export default async function AccessRoute({ searchParams }: PageProps<"/access">) {
  await requireCaller(pathWith("/access", await searchParams));
  return <AccessPage />;
}
