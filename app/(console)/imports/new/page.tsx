import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { UploadPage } from "#components/imports/upload-page.tsx";
import { requireCaller } from "../../api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("importUpload");
  return { title: t("title") };
}

export default async function NewImportPage() {
  await requireCaller("/imports/new");
  return <UploadPage />;
}
