import type { Metadata } from "next";
import Link from "next/link";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { cache } from "react";
import { ResetForm } from "#components/identity/reset-form.tsx";
import { EntryPage } from "#components/shell/entry-page.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { foundOrNull, pageApi } from "../../(console)/api.ts";
import { languageOfLink, linkMetadata, tokenOf } from "../mailed-link.ts";

/** Looking changes nothing: mail programs open links too. */
const linkOf = cache(async (token: string) => {
  const { ask } = await pageApi();
  return foundOrNull(ask.password.resetLink({ token }));
});

const languageFor = (token: string) => languageOfLink(async () => (await linkOf(token))?.language);

export async function generateMetadata(props: PageProps<"/reset-password">): Promise<Metadata> {
  return linkMetadata(await languageFor(await tokenOf(props)), "resetPassword");
}

export default async function ResetPage(props: PageProps<"/reset-password">) {
  const token = await tokenOf(props);
  const [link, locale] = await Promise.all([linkOf(token), languageFor(token)]);
  const t = await getTranslations({ locale, namespace: "resetPassword" });
  const open = link?.status === "OPEN";
  return (
    <NextIntlClientProvider locale={locale} messages={await getMessages({ locale })}>
      <EntryPage
        lang={locale}
        heading={open ? t("heading") : t("goneTitle")}
        lead={open ? t("lead", { email: link.email }) : t("gone", { status: link?.status ?? "UNKNOWN" })}
      >
        {open ? (
          <ResetForm token={token} email={link.email} />
        ) : (
          <Link href="/forgot-password" className={buttonClass({ size: "lg" })}>
            {t("again")}
          </Link>
        )}
      </EntryPage>
    </NextIntlClientProvider>
  );
}
