"use client";

import { lazily, useFirstSign } from "#components/ui/first-sign.ts";
import { useToastWanted } from "#components/ui/toast.ts";

const ConsoleToaster = lazily(() => import("#components/shell/toaster.tsx").then((m) => m.ConsoleToaster));

/** There before the first word: a live region that came with its text would not be read out. */
export function LazyToaster() {
  const sign = useFirstSign();
  const wanted = useToastWanted();
  return sign || wanted ? <ConsoleToaster /> : null;
}
