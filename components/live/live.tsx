"use client";

import { CloudOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { connect } from "#components/live/connection.ts";
import { hear, line } from "#components/live/news.ts";
import { useRefetches } from "#components/live/refetches.ts";
import { useStore } from "#components/ui/store.ts";

/** A moment without connection is nobody's concern. */
const PATIENCE_MS = 4_000;

/** Down for so long that it is worth a word. */
function useIsDown(): boolean {
  const down = useStore(line, (state) => state === "down");
  const [said, setSaid] = useState(false);
  useEffect(() => {
    setSaid(false);
    if (!down) return;
    const timer = setTimeout(() => setSaid(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [down]);
  return said;
}

/** While nothing is told, whoever comes back to the page reads it again. */
function useReadOnFocus(down: boolean) {
  useEffect(() => {
    if (!down) return;
    const read = () => {
      if (!document.hidden) hear("gap");
    };
    window.addEventListener("focus", read);
    document.addEventListener("visibilitychange", read);
    return () => {
      window.removeEventListener("focus", read);
      document.removeEventListener("visibilitychange", read);
    };
  }, [down]);
}

export function Live({ since }: { since: string }) {
  const t = useTranslations("shell");
  const down = useIsDown();
  // The layout is read again when much has changed; the connection stays, and goes on after what it heard.
  const [from] = useState(since);
  useEffect(() => connect(from), [from]);
  useRefetches();
  useReadOnFocus(down);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-16 z-30 flex justify-center md:right-auto md:bottom-14 md:left-0 md:w-56 md:px-3"
    >
      {down ? (
        <span className="inline-flex h-7 items-center gap-2 rounded-full border bg-raised px-3 text-ink-2 text-xs shadow-pop">
          <CloudOff className="size-3.5" aria-hidden />
          {t("reconnecting")}
        </span>
      ) : null}
    </div>
  );
}
