"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { Failure } from "#components/api/failure.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { AuthenticatorApp } from "#components/identity/authenticator-app.tsx";
import { PasskeyList } from "#components/identity/passkey-list.tsx";
import type { Factors } from "#components/identity/use-factors.ts";
import { useFactors, useFactorsChanged } from "#components/identity/use-factors.ts";
import { Button } from "#components/ui/button.tsx";
import { lazily } from "#components/ui/first-sign.ts";
import { Skeleton } from "#components/ui/notice.tsx";

const RecoveryCodes = lazily(() => import("#components/identity/recovery-codes.tsx").then((m) => m.RecoveryCodes));

function Recovery({ left, onCodes }: { left: number; onCodes: (codes: readonly string[]) => void }) {
  const t = useTranslations("recoveryCodes");
  const client = useTRPCClient();
  const changed = useFactorsChanged();
  const renew = useCommand((_: object, options) => client.factors.renewRecoveryCodes.mutate({}, options));
  return (
    <section aria-labelledby="recovery-heading" className="flex flex-col gap-3 p-4 *:max-w-xl">
      <div>
        <h2 id="recovery-heading" className="font-semibold text-base">
          {t("heading")}
        </h2>
        <p className="text-ink-2 text-sm">{t("left", { left })}</p>
      </div>
      <Button
        className="self-start"
        disabled={renew.isPending}
        onClick={() =>
          void renew.run({}).then(
            ({ recoveryCodes }) => {
              changed();
              onCodes(recoveryCodes);
            },
            () => {}, // shown below
          )
        }
      >
        {t("renew")}
      </Button>
      <Failure error={renew.error} />
    </section>
  );
}

function Sections({ totp, passkeys, recoveryLeft }: Factors) {
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <>
      <PasskeyList passkeys={passkeys} onCodes={setCodes} />
      <AuthenticatorApp totp={totp} onCodes={setCodes} />
      {totp || passkeys.length > 0 ? <Recovery left={recoveryLeft} onCodes={setCodes} /> : null}
      {codes ? <RecoveryCodes codes={codes} onClose={() => setCodes(null)} /> : null}
    </>
  );
}

/** What one proves oneself with beside a password. */
export function SecondFactors() {
  const { data, error, refetch } = useFactors();
  if (data) return <Sections {...data} />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <div aria-busy className="flex max-w-xl flex-col gap-6 p-4">
      {[1, 2].map((row) => (
        <Skeleton key={row} className="h-16 w-full" />
      ))}
    </div>
  );
}
