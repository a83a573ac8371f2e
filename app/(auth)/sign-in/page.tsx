import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { LanguageChoice } from "#components/identity/language-choice.tsx";
import { SignInForm } from "#components/identity/sign-in-form.tsx";
import { Mark } from "#components/shell/mark.tsx";
import { safePath } from "#server/domain/identity/rules.ts";
import { currentCaller } from "../../(console)/api.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("signIn");
  return { title: t("title") };
}

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const { callbackUrl } = await searchParams;
  const target = safePath(typeof callbackUrl === "string" ? callbackUrl : null) ?? "/inbox";
  if (await currentCaller()) redirect(target);
  const t = await getTranslations("signIn");
  const product = await getTranslations("product");
  return (
    <main className="grid min-h-dvh grid-rows-[1fr_auto] bg-canvas px-4">
      <div className="flex w-full max-w-88 flex-col justify-center gap-7 justify-self-center py-12">
        <header className="flex flex-col gap-5">
          <Mark className="size-10" />
          <div className="flex flex-col gap-1">
            <h1 className="font-semibold text-2xl tracking-[-0.02em]">{t("heading")}</h1>
            <p className="text-ink-2">{target === "/inbox" ? t("lead") : t("leadReturn")}</p>
          </div>
        </header>
        <SignInForm callbackUrl={target} />
      </div>
      <footer className="flex flex-col items-center gap-2 py-5 text-ink-3 text-xs">
        <LanguageChoice />
        <p>{product("description")}</p>
      </footer>
    </main>
  );
}
