"use client";

import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import { withProof } from "#components/api/step-up.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

interface Revealed {
  readonly links: readonly { name: string; link: string }[];
  readonly error: ApiError | null;
}

/** The one-time links of a message that went nowhere. They are held by this dialog and by no cache. */
export function RevealLinks({ id }: { id: string }) {
  const t = useTranslations("messages");
  const ui = useTranslations("ui");
  const client = useTRPCClient();
  const [revealed, setRevealed] = useState<Revealed | null>(null);
  const reveal = () =>
    withProof(() => client.messages.reveal.mutate({ id })).then(
      ({ links }) => setRevealed({ links, error: null }),
      (error: ApiError) => setRevealed({ links: [], error }),
    );
  return (
    <>
      <Button onClick={() => void reveal()}>
        <KeyRound className="size-3.5" aria-hidden />
        {t("reveal")}
      </Button>
      <Dialog
        open={revealed !== null}
        onClose={() => setRevealed(null)}
        closeLabel={ui("close")}
        title={t("revealed")}
        description={t("revealedNote")}
      >
        <div className="flex flex-col gap-2 px-5 pt-2 pb-5">
          <Refused error={revealed?.error} />
          {revealed?.links.map(({ name, link }) => (
            <p key={name} className="flex items-start gap-2 rounded-lg border bg-canvas px-3 py-2">
              <code className="min-w-0 flex-1 break-all font-mono text-xs">{link}</code>
              <CopyButton value={link} label={t("copyLink")} />
            </p>
          ))}
        </div>
      </Dialog>
    </>
  );
}
