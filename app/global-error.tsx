"use client";

import { NextIntlClientProvider } from "next-intl";
import type { CrashProps } from "#components/shell/crash-notice.tsx";
import { CrashNotice } from "#components/shell/crash-notice.tsx";
import messages from "#messages/en/shell.json" with { type: "json" };
import "./globals.css";

/** When the outermost layout itself broke: who asks, and in which language, is not known any more. */
export default function GlobalError(props: CrashProps) {
  return (
    <html lang="en">
      <body>
        <NextIntlClientProvider locale="en" messages={messages}>
          <main className="grid min-h-dvh place-items-center bg-canvas">
            <CrashNotice {...props} />
          </main>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
