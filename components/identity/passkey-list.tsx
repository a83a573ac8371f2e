"use client";

import { KeyRound, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import { Failure } from "#components/api/failure.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { makePasskey, usePasskeys } from "#components/identity/passkey.ts";
import type { Factors } from "#components/identity/use-factors.ts";
import { useFactorsChanged } from "#components/identity/use-factors.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Ago } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";

type Passkey = Factors["passkeys"][number];
type Made = Exclude<Awaited<ReturnType<typeof makePasskey>>, null | "known">;

interface PasskeysProps {
  passkeys: Factors["passkeys"];
  onCodes: (codes: readonly string[]) => void;
}

/** Asks the browser for a new one, and keeps it under a name. */
function AddPasskey({ onCodes }: Pick<PasskeysProps, "onCodes">) {
  const t = useTranslations("passkeys");
  const client = useTRPCClient();
  const changed = useFactorsChanged();
  const [note, setNote] = useState<"none" | "known" | null>(null);
  const begin = useCommand((_: object, options) => client.factors.beginPasskey.mutate({}, options));
  const add = useCommand((input: { passkey: Made; name: string }, options) =>
    client.factors.addPasskey.mutate(input, options),
  );
  const submit = async (form: HTMLFormElement) => {
    const name = String(new FormData(form).get("name")).trim();
    setNote(null);
    const passkey = await makePasskey(await begin.run({}));
    if (passkey === null || passkey === "known") return setNote(passkey ?? "none");
    const { recoveryCodes } = await add.run({ passkey, name });
    form.reset();
    toast.success(t("added"));
    changed();
    if (recoveryCodes.length > 0) onCodes(recoveryCodes);
  };
  const error = begin.error ?? add.error;
  if (!usePasskeys()) return <p className="text-ink-3 text-sm">{t("unsupported")}</p>;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget).catch(() => {}); // shown below
      }}
    >
      <div className="flex flex-wrap items-end gap-2">
        <Field label={t("name")} className="min-w-48 flex-1">
          {(ids) => <Input {...ids} name="name" defaultValue={t("nameDefault")} maxLength={60} required />}
        </Field>
        <Button type="submit" disabled={begin.isPending || add.isPending}>
          <Plus className="size-4" aria-hidden />
          {t("add")}
        </Button>
      </div>
      <Failure error={error} said={note ? t(note) : null} />
    </form>
  );
}

/** The passkeys that one has: each by its name, since when, last used when. */
export function PasskeyList({ passkeys, onCodes }: PasskeysProps) {
  const t = useTranslations("passkeys");
  const client = useTRPCClient();
  const changed = useFactorsChanged();
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const remove = useCommand((input: { id: string }, options) => client.factors.removePasskey.mutate(input, options));
  return (
    <section aria-labelledby="passkeys-heading" className="flex flex-col gap-3 p-4 *:max-w-xl">
      <div>
        <h2 id="passkeys-heading" className="font-semibold text-base">
          {t("heading")}
        </h2>
        <p className="text-ink-2 text-sm">{t("lead")}</p>
      </div>
      {passkeys.length > 0 ? (
        <ul aria-labelledby="passkeys-heading" className="divide-y rounded-lg border">
          {passkeys.map((passkey) => (
            <li key={passkey.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-sm">
              <KeyRound className="size-4 shrink-0 text-ink-3" aria-hidden />
              <span className="min-w-0 flex-1">
                <span className="block break-words font-medium">{passkey.name}</span>
                <span className="block text-ink-3 text-xs">
                  {t.rich("created", { when: () => <Ago at={passkey.createdAt} /> })} ·{" "}
                  {passkey.lastUsedAt
                    ? t.rich("used", { when: () => <Ago at={passkey.lastUsedAt ?? ""} /> })
                    : t("unused")}
                </span>
              </span>
              <Button
                size="sm"
                aria-label={t("removeOne", { name: passkey.name })}
                onClick={() => {
                  remove.reset();
                  setRemoving(passkey);
                }}
              >
                {t("remove")}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
      <AddPasskey onCodes={onCodes} />
      {removing ? (
        <ConfirmDialog
          title={t("removeOne", { name: removing.name })}
          note={t("removeNote")}
          confirm={t("remove")}
          danger
          busy={remove.isPending}
          error={remove.error}
          onClose={() => setRemoving(null)}
          onConfirm={() =>
            void remove.run({ id: removing.id }).then(
              () => {
                setRemoving(null);
                toast.success(t("removed"));
                changed();
              },
              () => {}, // shown in the dialog
            )
          }
        />
      ) : null}
    </section>
  );
}
