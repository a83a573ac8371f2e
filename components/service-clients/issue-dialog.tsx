"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { usePlaces } from "#components/access/use-places.ts";
import { Refused } from "#components/api/failure.tsx";
import { withProof } from "#components/api/step-up.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { DaysField } from "#components/service-clients/days-field.tsx";
import { ShownToken } from "#components/service-clients/shown-token.tsx";
import type { Client, Issued } from "#components/service-clients/use-clients.ts";
import { useClientsChanged } from "#components/service-clients/use-clients.ts";
import { Button } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import type { Choice } from "#components/ui/combobox.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import type { Permission } from "#server/domain/access/rules.ts";
import { TOKEN_DAYS } from "#server/domain/service-clients/rules.ts";

interface Given {
  readonly name: string;
  readonly days: number;
  readonly permissions?: Permission[];
  readonly scopeId?: string;
}

interface PermissionsProps {
  offered: readonly Permission[];
  chosen: ReadonlySet<Permission>;
  onChange: (chosen: ReadonlySet<Permission>) => void;
}

function PermissionFields({ offered, chosen, onChange }: PermissionsProps) {
  const t = useTranslations("serviceTokens");
  const names = useTranslations("permissions");
  const hintId = useId();
  if (offered.length === 0) return null;
  const set = (permission: Permission, on: boolean) =>
    onChange(new Set(offered.filter((one) => (one === permission ? on : chosen.has(one)))));
  return (
    <fieldset aria-describedby={hintId} className="flex flex-col">
      <legend className="font-medium text-sm">{t("permissions")}</legend>
      <p id={hintId} className="pt-1 text-ink-3 text-xs">
        {t("permissionsHint")}
      </p>
      <div className="grid pt-1 sm:grid-cols-2">
        {offered.map((permission) => (
          <CheckField
            key={permission}
            checked={chosen.has(permission)}
            onChange={(event) => set(permission, event.target.checked)}
          >
            {names(permission)}
          </CheckField>
        ))}
      </div>
    </fieldset>
  );
}

/** A new token of a program: the form, and then the token itself, once. */
export function IssueDialog({ client, onClose }: { client: Client; onClose: () => void }) {
  const t = useTranslations("serviceTokens");
  const ui = useTranslations("ui");
  const formId = useId();
  const api = useTRPCClient();
  const changed = useClientsChanged();
  const places = usePlaces();
  const [name, setName] = useState("");
  const [days, setDays] = useState(String(TOKEN_DAYS));
  const [place, setPlace] = useState<Choice | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set());
  // No key goes with it, and nothing of the answer is kept: it is a secret.
  const issue = useMutation<Issued, ApiError, Given>({
    mutationFn: (given) => withProof(() => api.serviceClients.issueToken.mutate({ clientId: client.id, ...given })),
    onSuccess: changed,
    retry: false,
    gcTime: 0,
  });
  if (issue.data) return <ShownToken issued={issue.data} name={name} onClose={onClose} />;
  const submit = () =>
    issue.mutate({
      name: name.trim(),
      days: Number(days),
      ...(chosen.size > 0 ? { permissions: [...chosen] } : {}),
      ...(place ? { scopeId: place.id } : {}),
    });
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("issueTitle")}
      description={t("issueLead", { name: client.name })}
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label={t("name")} hint={t("nameHint")}>
          {(ids) => (
            <Input
              {...ids}
              value={name}
              onChange={(event) => setName(event.target.value)}
              placeholder={t("namePlaceholder")}
              autoComplete="off"
              maxLength={120}
              required
              autoFocus
            />
          )}
        </Field>
        <DaysField value={days} onChange={setDays} />
        <Field label={t("scope")} hint={t("scopeHint")}>
          {(ids) => (
            <Combobox
              ids={ids}
              label={t("scope")}
              choices={places}
              chosen={place}
              onChange={setPlace}
              placeholder={t("anywhere")}
              empty={t("noPlace")}
              openLabel={t("openPlaces")}
            />
          )}
        </Field>
        <PermissionFields offered={client.permissions} chosen={chosen} onChange={setChosen} />
        <Refused error={issue.error} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={issue.isPending}>
          {t("submit")}
        </Button>
      </div>
    </Dialog>
  );
}
