import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { cache } from "react";
import { WelcomeForm } from "#components/people/welcome-form.tsx";
import { WelcomeGone, WelcomeKnown } from "#components/people/welcome-known.tsx";
import { EntryPage } from "#components/shell/entry-page.tsx";
import { currentCaller, foundOrNull, pageApi } from "../../(console)/api.ts";
import { languageOfLink, linkMetadata, tokenOf } from "../mailed-link.ts";

/** Looking changes nothing: mail programs open links too. */
const invitationOf = cache(async (token: string) => {
  const { ask } = await pageApi();
  return foundOrNull(ask.people.invitation({ token }));
});

const languageFor = (token: string) => languageOfLink(async () => (await invitationOf(token))?.language);

export async function generateMetadata(props: PageProps<"/welcome">): Promise<Metadata> {
  return linkMetadata(await languageFor(await tokenOf(props)), "welcome");
}

export default async function WelcomePage(props: PageProps<"/welcome">) {
  const token = await tokenOf(props);
  const [invitation, caller, locale] = await Promise.all([invitationOf(token), currentCaller(), languageFor(token)]);
  const t = await getTranslations({ locale, namespace: "welcome" });
  return (
    <NextIntlClientProvider locale={locale} messages={await getMessages({ locale })}>
      <EntryPage lang={locale} heading={invitation ? t("heading", { tenant: invitation.tenant }) : t("goneTitle")}>
        {invitation === null ? <WelcomeGone /> : null}
        {invitation?.known === false ? <WelcomeForm token={token} invitation={invitation} /> : null}
        {invitation?.known ? (
          <WelcomeKnown token={token} invitation={invitation} signedInAs={caller ? caller.name : null} />
        ) : null}
      </EntryPage>
    </NextIntlClientProvider>
  );
}
