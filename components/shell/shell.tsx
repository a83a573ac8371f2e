"use client";

import { useTranslations } from "next-intl";
import { FactorGate } from "#components/identity/factor-gate.tsx";
import { LazyLive } from "#components/live/lazy-live.tsx";
import { BottomNav } from "#components/shell/bottom-nav.tsx";
import { LazyPalette } from "#components/shell/lazy-palette.tsx";
import { LazyToaster } from "#components/shell/lazy-toaster.tsx";
import { Sidebar, TopBar } from "#components/shell/sidebar.tsx";

interface ShellProps {
  /** Names the moment at which the page was made: what changes after it is heard. */
  since: string;
  children: React.ReactNode;
}

export function Shell({ since, children }: ShellProps) {
  const t = useTranslations("shell");
  return (
    <div className="flex h-dvh flex-col bg-canvas md:flex-row">
      <a
        href="#main"
        className="absolute top-2 left-2 z-50 -translate-y-20 rounded-md bg-accent px-3 py-2 font-medium text-accent-ink text-sm focus:translate-y-0"
      >
        {t("skip")}
      </a>
      <Sidebar />
      <TopBar />
      <main
        id="main"
        tabIndex={-1}
        className="flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden bg-surface outline-none md:my-2 md:mr-2 md:rounded-lg md:border md:border-line"
      >
        <FactorGate>{children}</FactorGate>
      </main>
      <BottomNav />
      <LazyPalette />
      <LazyLive since={since} />
      <LazyToaster />
    </div>
  );
}
