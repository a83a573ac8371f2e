"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { BaseFields } from "#components/approvals/form/base-fields.tsx";
import { Foresight } from "#components/approvals/form/foresight.tsx";
import { FormFrame } from "#components/approvals/form/form-frame.tsx";
import { draftKey } from "#components/approvals/form/kept-draft.ts";
import { LinkFields } from "#components/approvals/form/link-fields.tsx";
import type { Prepared } from "#components/approvals/form/place-fields.tsx";
import { PlaceFields } from "#components/approvals/form/place-fields.tsx";
import { TypeFields } from "#components/approvals/form/type-fields.tsx";
import { useKeptDraft } from "#components/approvals/form/use-kept-draft.ts";
import { useRequestForm, wrongIn } from "#components/approvals/form/use-request-form.ts";
import type { SubmissionInput, Values } from "#components/approvals/form/values.ts";
import { EMPTY, readValues, submissionOf } from "#components/approvals/form/values.ts";
import { LIST_KEY } from "#components/approvals/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { useDuration } from "#components/policies/duration.ts";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { toast } from "#components/ui/toast.ts";
import { useQuiet } from "#components/ui/use-quiet.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";

/** What a type's policy asks for; a type that is being typed is asked about once it is left alone. */
function useTypeForm(typed: string, { types }: Prepared) {
  const trpc = useTRPC();
  const type = typed.trim();
  const quiet = useQuiet(type);
  const asked = types.some((known) => known.type === type) ? type : quiet;
  const { data, error } = useQuery({
    ...trpc.approvals.form.queryOptions({ type: asked }),
    enabled: asked !== "",
  });
  return { asks: asked === type ? data : undefined, waits: type !== "" && (asked !== type || (!data && !error)) };
}

function useSubmit(onSent: (approval: Approval) => void) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const submit = useCommand<SubmissionInput, { approval: Approval; created: boolean }>((input, options) =>
    client.approvals.submit.mutate(input, options),
  );
  const send = async (input: SubmissionInput) => {
    const { approval } = await submit.run(input);
    void queryClient.invalidateQueries({ queryKey: LIST_KEY });
    void queryClient.invalidateQueries(trpc.approvals.count.queryFilter());
    onSent(approval);
  };
  return { send, error: submit.error, isPending: submit.isPending };
}

interface FormProps {
  prepared: Prepared;
  type: string;
  org: string;
}

/** Where a request belongs when nothing else was said: where the session works, or the only place that there is. */
function useFirstPlace({ orgs, cycles }: Prepared, wanted: string): string {
  const { within } = useMe();
  const all = [...orgs, ...cycles];
  const place = all.find(({ id, code }) => code === wanted || id === within?.id);
  return place?.id ?? (all.length === 1 ? (all[0]?.id ?? "") : "");
}

function NewForm({ prepared, type, org }: FormProps) {
  const t = useTranslations("request");
  const router = useRouter();
  const duration = useDuration();
  const { person, tenant } = useMe();
  const place = useFirstPlace(prepared, org);
  const initial = useMemo<Values>(
    () => ({ ...EMPTY, type, orgId: place, requesterEmail: prepared.email ?? "" }),
    [type, place, prepared.email],
  );
  const [chosen, setChosen] = useState(type);
  const { asks, waits } = useTypeForm(chosen, prepared);
  const schema = asks?.payloadSchema ?? null;
  const { form, setting, refuse, send } = useRequestForm({ initial, schema });
  const { values, restoredAt, end, startOver } = useKeptDraft(draftKey(person.id, `${tenant.id}.new`), form, initial);
  if (values.type !== chosen) setChosen(values.type);
  const submit = useSubmit((approval) => {
    end();
    toast.success(t("sent"), { description: approval.title });
    router.push(`/approvals/${approval.id}`);
  });
  const [placed, setPlaced] = useState(false);
  const wrong = wrongIn(form.formState.errors);

  return (
    <FormFrame
      back={{ href: "/inbox", label: t("inbox") }}
      title={t("new")}
      restoredAt={restoredAt}
      onStartOver={startOver}
      onSubmit={send(async (now) => {
        setPlaced(false);
        const { content } = readValues(now, setting());
        await submit.send(submissionOf(now, content)).catch((error: ApiError) => setPlaced(refuse(error)));
      })}
      submit={t("send")}
      isPending={submit.isPending}
      disabled={waits}
      wrong={form.formState.isSubmitted || placed ? wrong : 0}
      error={placed ? null : submit.error}
      aside={<Foresight values={values} setting={setting()} />}
    >
      <PlaceFields form={form} values={values} prepared={prepared} />
      <BaseFields
        form={form}
        values={values}
        requester
        dueHint={asks?.dueAfterHours ? t("dueGiven", { time: duration(asks.dueAfterHours) }) : undefined}
      />
      {waits ? (
        <div aria-busy className="flex flex-col gap-4">
          <Skeleton className="w-24" />
          <Skeleton className="h-8 w-full" />
        </div>
      ) : (
        <TypeFields schema={schema} form={form} rest={values.rest !== ""} />
      )}
      <LinkFields form={form} urls={values.attachments.map(({ url }) => url)} />
    </FormFrame>
  );
}

/** A request that does not exist yet: what it is, where it belongs, and what its type asks for. */
export function NewRequest({ type, org }: Pick<FormProps, "type" | "org">) {
  const t = useTranslations("request");
  const trpc = useTRPC();
  const { may } = useMe();
  const allowed = may("approvals:submit");
  const { data, error, refetch } = useQuery({ ...trpc.approvals.prepare.queryOptions({}), enabled: allowed });
  if (!allowed || (data && data.orgs.length + data.cycles.length === 0))
    return (
      <Notice className="h-full" icon={<Lock aria-hidden />} title={<h1>{t("mayNot")}</h1>}>
        {t("mayNotNote")}
      </Notice>
    );
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data)
    return (
      <div aria-busy className="flex flex-col gap-4 p-6">
        <Skeleton className="h-6 w-64" />
        <Skeleton className="h-8 w-full max-w-xl" />
        <Skeleton className="h-40 w-full max-w-xl" />
      </div>
    );
  return <NewForm prepared={data} type={type} org={org} />;
}
