"use client";

import type { CrashProps } from "#components/shell/crash-notice.tsx";
import { CrashNotice } from "#components/shell/crash-notice.tsx";

export default function RootError(props: CrashProps) {
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas">
      <CrashNotice {...props} />
    </main>
  );
}
