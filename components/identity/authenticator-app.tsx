"use client";

import { CircleCheck, Smartphone } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import { Failure } from "#components/api/failure.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { Enrolment, Factors } from "#components/identity/use-factors.ts";
import { useFactorsChanged } from "#components/identity/use-factors.ts";
import { Button } from "#components/ui/button.tsx";
import { lazily } from "#components/ui/first-sign.ts";
import { Moment } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";

const EnrolDialog = lazily(() => import("#components/identity/enrol-dialog.tsx").then((m) => m.EnrolDialog));

interface AppProps {
  totp: Factors["totp"];
  onCodes: (codes: readonly string[]) => void;
}

/** An authenticator app: set up, or taken away. */
export function AuthenticatorApp({ totp, onCodes }: AppProps) {
  const t = useTranslations("totp");
  const client = useTRPCClient();
  const changed = useFactorsChanged();
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [removing, setRemoving] = useState(false);
  const begin = useCommand((_: object, options) => client.factors.beginTotp.mutate({}, options));
  const remove = useCommand((_: object, options) => client.factors.removeTotp.mutate({}, options));
  const ignore = () => {}; // shown where it was asked for
  return (
    <section aria-labelledby="app-heading" className="flex flex-col gap-3 p-4 *:max-w-xl">
      <div>
        <h2 id="app-heading" className="font-semibold text-base">
          {t("heading")}
        </h2>
        <p className="text-ink-2 text-sm">{t("lead")}</p>
      </div>
      {totp ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
          <span className="inline-flex items-center gap-1.5">
            <CircleCheck className="size-4 text-ok" aria-hidden />
            {t.rich("since", { when: () => <Moment at={totp.since} /> })}
          </span>
          <Button onClick={() => setRemoving(true)}>{t("remove")}</Button>
        </div>
      ) : (
        <Button
          className="self-start"
          disabled={begin.isPending}
          onClick={() => void begin.run({}).then(setEnrolment, ignore)}
        >
          <Smartphone className="size-4" aria-hidden />
          {t("setUp")}
        </Button>
      )}
      <Failure error={begin.error} />
      {enrolment ? (
        <EnrolDialog
          enrolment={enrolment}
          onClose={() => setEnrolment(null)}
          onDone={(codes) => {
            setEnrolment(null);
            toast.success(t("done"));
            changed();
            if (codes.length > 0) onCodes(codes);
          }}
        />
      ) : null}
      {removing ? (
        <ConfirmDialog
          title={t("removeTitle")}
          note={t("removeNote")}
          confirm={t("remove")}
          danger
          busy={remove.isPending}
          error={remove.error}
          onClose={() => setRemoving(false)}
          onConfirm={() =>
            void remove.run({}).then(() => {
              setRemoving(false);
              toast.success(t("removed"));
              changed();
            }, ignore)
          }
        />
      ) : null}
    </section>
  );
}
