import type { Metadata } from "next";
import { cookies } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages, getTranslations } from "next-intl/server";
import { cache } from "react";
import { LanguageChoice } from "#components/identity/language-choice.tsx";
import { WelcomeForm } from "#components/people/welcome-form.tsx";
import { WelcomeGone, WelcomeKnown } from "#components/people/welcome-known.tsx";
import { Mark } from "#components/shell/mark.tsx";
import type { Language } from "#server/domain/identity/rules.ts";
import { LANGUAGE_COOKIE } from "#server/domain/identity/rules.ts";
import { currentCaller, foundOrNull, pageApi } from "../../(console)/api.ts";

/** Looking changes nothing: mail programs open links too. */
const invitationOf = cache(async (token: string) => {
  const { ask } = await pageApi();
  return foundOrNull(ask.people.invitation({ token }));
});

const tokenOf = async ({ searchParams }: PageProps<"/welcome">) => {
  const { token } = await searchParams;
  return typeof token === "string" ? token : "";
};

/** The invitation's, as its mail was; a choice made here or by a profile goes before it. */
async function languageFor(token: string): Promise<Language> {
  const chosen = (await cookies()).has(LANGUAGE_COOKIE) || (await currentCaller()) !== null;
  const invitation = chosen ? null : await invitationOf(token);
  return invitation?.language ?? (await getLocale());
}

export async function generateMetadata(props: PageProps<"/welcome">): Promise<Metadata> {
  const locale = await languageFor(await tokenOf(props));
  const t = await getTranslations({ locale, namespace: "welcome" });
  return { title: t("title"), referrer: "no-referrer", robots: { index: false } };
}

export default async function WelcomePage(props: PageProps<"/welcome">) {
  const token = await tokenOf(props);
  const [invitation, caller, locale] = await Promise.all([invitationOf(token), currentCaller(), languageFor(token)]);
  const t = await getTranslations({ locale, namespace: "welcome" });
  return (
    <NextIntlClientProvider locale={locale} messages={await getMessages({ locale })}>
      <main lang={locale} className="grid min-h-dvh grid-rows-[1fr_auto] bg-canvas px-4">
        <div className="flex w-full max-w-88 flex-col justify-center gap-7 justify-self-center py-12">
          <header className="flex flex-col gap-5">
            <Mark className="size-10" />
            <h1 className="font-semibold text-2xl tracking-[-0.02em]">
              {invitation ? t("heading", { tenant: invitation.tenant }) : t("goneTitle")}
            </h1>
          </header>
          {invitation === null ? <WelcomeGone /> : null}
          {invitation?.known === false ? <WelcomeForm token={token} invitation={invitation} /> : null}
          {invitation?.known ? (
            <WelcomeKnown token={token} invitation={invitation} signedInAs={caller ? caller.name : null} />
          ) : null}
        </div>
        <footer className="flex flex-col items-center gap-2 py-5 text-ink-3 text-xs">
          <LanguageChoice />
        </footer>
      </main>
    </NextIntlClientProvider>
  );
}
