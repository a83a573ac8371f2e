import { LanguageChoice } from "#components/identity/language-choice.tsx";
import { Mark } from "#components/shell/mark.tsx";

interface EntryPageProps {
  heading: string;
  lead?: React.ReactNode;
  /** Where the page has a language of its own: its link's. */
  lang?: string;
  footer?: React.ReactNode;
  children: React.ReactNode;
}

/** A page for whoever is not signed in: one thing to do, and the choice of the language. */
export function EntryPage({ heading, lead, lang, footer, children }: EntryPageProps) {
  return (
    <main lang={lang} className="grid min-h-dvh grid-rows-[1fr_auto] bg-canvas px-4">
      <div className="flex w-full max-w-88 flex-col justify-center gap-7 justify-self-center py-12">
        <header className="flex flex-col gap-5">
          <Mark className="size-10" />
          <div className="flex flex-col gap-1">
            <h1 className="font-semibold text-2xl tracking-[-0.02em]">{heading}</h1>
            {lead ? <p className="text-ink-2">{lead}</p> : null}
          </div>
        </header>
        {children}
      </div>
      <footer className="flex flex-col items-center gap-2 py-5 text-ink-3 text-xs">
        <LanguageChoice />
        {footer}
      </footer>
    </main>
  );
}
