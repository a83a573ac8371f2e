"use client";

import { ThemeProvider as Provider, useTheme } from "next-themes";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The nonce is that of the page: the theme is set by a script before anything is painted. */
export function ThemeProvider({ nonce, children }: { nonce: string; children: React.ReactNode }) {
  return (
    <Provider nonce={nonce} attribute="data-theme" defaultTheme="system" enableSystem disableTransitionOnChange>
      {children}
    </Provider>
  );
}

/** The theme that was chosen, not the one that the system resolves it to. */
export function useChosenTheme(): [Theme, (theme: Theme) => void] {
  const { theme, setTheme } = useTheme();
  return [THEMES.find((known) => known === theme) ?? "system", setTheme];
}
