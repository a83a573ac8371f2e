import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { SignInForm } from "#components/identity/sign-in-form.tsx";
import { EntryPage } from "#components/shell/entry-page.tsx";
import { visitorOf } from "#server/api/auth.ts";
import { safePath } from "#server/domain/identity/rules.ts";
import { currentCaller } from "../../(console)/api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("signIn");
  return { title: t("title") };
}

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const { callbackUrl } = await searchParams;
  const target = safePath(typeof callbackUrl === "string" ? callbackUrl : null) ?? "/inbox";
  if (await visitorOf(currentCaller())) redirect(target);
  const t = await getTranslations("signIn");
  const product = await getTranslations("product");
  return (
    <EntryPage
      heading={t("heading")}
      lead={target === "/inbox" ? t("lead") : t("leadReturn")}
      footer={<p>{product("description")}</p>}
    >
      <SignInForm callbackUrl={target} />
      <Link
        href="/forgot-password"
        className="-mt-3 inline-flex min-h-6 items-center self-center text-ink-2 text-sm underline underline-offset-2 hover:text-ink"
      >
        {t("forgot")}
      </Link>
    </EntryPage>
  );
}
