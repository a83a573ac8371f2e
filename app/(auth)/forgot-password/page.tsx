import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ForgotForm } from "#components/identity/forgot-form.tsx";
import { EntryPage } from "#components/shell/entry-page.tsx";
import { askResetAction } from "#server/api/actions.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("forgotPassword");
  return { title: t("title") };
}

export default async function ForgotPasswordPage() {
  const t = await getTranslations("forgotPassword");
  return (
    <EntryPage heading={t("heading")} lead={t("lead")}>
      <ForgotForm action={askResetAction} />
    </EntryPage>
  );
}
