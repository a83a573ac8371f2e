import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { Document } from "#components/api-reference/document.ts";
import { Reference } from "#components/api-reference/reference.tsx";
import { openApi } from "#server/api/openapi.ts";
import { requireCaller } from "../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("apiReference");
  return { title: t("title") };
}

export default async function ApiReferencePage() {
  await requireCaller("/api-reference");
  return <Reference document={openApi() as unknown as Document} />;
}
