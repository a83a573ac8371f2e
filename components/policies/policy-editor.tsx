"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { Section } from "#components/approvals/detail/section.tsx";
import { useMe } from "#components/identity/me.tsx";
import { differences } from "#components/policies/difference.ts";
import type { Draft, PolicyInput, PolicyVersions, Version } from "#components/policies/draft.ts";
import { contentOf, draftOf, newStage, problemsOf, stagesOf } from "#components/policies/draft.ts";
import { formDraftOf } from "#components/policies/form-draft.ts";
import { History } from "#components/policies/history.tsx";
import { PolicyForm } from "#components/policies/policy-form.tsx";
import { SaveDialog } from "#components/policies/save-dialog.tsx";
import { TryOut } from "#components/policies/try-out.tsx";
import { policyHref, useTypeName } from "#components/policies/type-name.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { toast } from "#components/ui/toast.ts";
import { useUnsaved } from "#components/ui/use-unsaved.ts";

/** Saving against the version that was edited: another one in between is compared with, never overwritten. */
function useSave(onSaved: (version: number) => void) {
  const client = useTRPCClient();
  const command = useCommand<PolicyInput, { id: string; version: number }>((input, options) =>
    client.policies.put.mutate(input, options),
  );
  const save = (input: PolicyInput) =>
    command.run(input).then(
      ({ version }) => onSaved(version),
      () => {}, // the dialog shows it
    );
  return { save, error: command.error, isPending: command.isPending, reset: command.reset };
}

/** Whether a type that is being named has a policy already. */
function useTaken(type: string): boolean {
  const trpc = useTRPC();
  const { data } = useQuery({ ...trpc.policies.list.queryOptions({}), enabled: type !== "" });
  return type !== "" && (data?.items.some((policy) => policy.type === type) ?? false);
}

interface EditorProps {
  /** Null: a policy for a type that is yet to be named. */
  type: string | null;
  known: PolicyVersions;
  reload: () => Promise<PolicyVersions | undefined>;
}

function Editor({ type: given, known, reload }: EditorProps) {
  const t = useTranslations("policy");
  const router = useRouter();
  const typeName = useTypeName();
  const mayWrite = useMe().may("policies:write");
  const [base, setBase] = useState<Version | null>(known.versions[0] ?? null);
  const [type, setType] = useState(given ?? "");
  const [draft, setDraft] = useState<Draft>(() =>
    base
      ? draftOf(base)
      : {
          name: "",
          stages: [newStage(t("firstStage"))],
          form: formDraftOf(null),
          dueAfterHours: "",
          expiresAfterHours: "",
          effect: "none",
          submittingClientMayDecide: true,
        },
  );
  const [saving, setSaving] = useState(false);
  const taken = useTaken(given === null ? type.trim() : "");
  const problems = problemsOf(draft);
  const content = contentOf(draft);
  const changed = base ? differences(base, content) : null;
  const dirty = changed === null ? draft.name !== "" || type !== (given ?? "") : changed.length > 0;
  useUnsaved(dirty && mayWrite);

  const { save, error, isPending, reset } = useSave(async (version) => {
    setSaving(false);
    toast.success(t("saved", { version }));
    const fresh = await reload();
    if (given === null) router.replace(policyHref(type.trim()));
    else setBase(fresh?.versions[0] ?? base);
  });
  const compare = async () => {
    if (given === null) return router.push(policyHref(type.trim()));
    reset();
    setBase((await reload())?.versions[0] ?? base);
  };
  const close = () => {
    setSaving(false);
    reset();
  };
  const ready = !taken && mayWrite && !problems.any && type.trim() !== "" && dirty;

  return (
    <form
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) setSaving(true);
      }}
    >
      <header className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-3 md:px-6">
        <div className="min-w-0 flex-1">
          <Link
            href="/policies"
            className="-ml-0.5 inline-flex h-6 items-center gap-1 text-ink-3 text-sm hover:text-ink"
          >
            <ArrowLeft className="size-3.5" aria-hidden />
            {t("back")}
          </Link>
          <h1 className="truncate font-semibold text-xl tracking-[-0.015em]">
            {given === null ? t("new") : typeName(given)}
          </h1>
        </div>
        {mayWrite ? (
          <Button type="submit" variant="primary" disabled={!ready}>
            {t("review")}
          </Button>
        ) : (
          <span className="text-ink-3 text-sm">{t("readOnly")}</span>
        )}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto xl:grid xl:grid-cols-[minmax(0,1fr)_minmax(0,30rem)] xl:overflow-hidden">
        <fieldset disabled={!mayWrite} className="flex min-w-0 flex-col gap-5 px-4 py-4 md:px-6 xl:overflow-y-auto">
          {given === null ? (
            <Field label={t("type")} hint={t("typeHint")} error={taken ? t("typeTaken") : undefined}>
              {(ids) => (
                <Input {...ids} maxLength={80} value={type} onChange={(event) => setType(event.target.value)} />
              )}
            </Field>
          ) : null}
          <PolicyForm
            draft={draft}
            problems={problems}
            effects={known.effects}
            onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
          />
        </fieldset>
        <div className="min-w-0 border-t xl:overflow-y-auto xl:border-t-0 xl:border-l">
          {mayWrite ? (
            <Section title={t("tryOut")}>
              <TryOut type={type} stages={problems.stagesSound ? stagesOf(draft) : null} />
            </Section>
          ) : null}
          {known.versions.length > 0 ? (
            <Section title={t("history")}>
              <History
                versions={known.versions}
                onUse={mayWrite ? (version) => setDraft(draftOf(version)) : undefined}
              />
            </Section>
          ) : null}
        </div>
      </div>
      {saving ? (
        <SaveDialog
          differences={changed}
          version={base?.version ?? 0}
          error={error}
          isPending={isPending}
          onCompare={() => void compare()}
          onClose={close}
          onSave={() => void save({ type: type.trim(), ...content, version: base?.version ?? 0 })}
        />
      ) : null}
    </form>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4 p-6">
      <Skeleton className="h-6 w-64" />
      <Skeleton className="h-8 w-full max-w-xl" />
      <Skeleton className="h-40 w-full max-w-xl" />
    </div>
  );
}

/** A policy's current version as a draft, tried out while it is edited; without a type, a new one. */
export function PolicyEditor({ type }: { type: string | null }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery(trpc.policies.get.queryOptions({ type: type ?? "*" }));
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  const reload = async () => {
    await queryClient.invalidateQueries({ queryKey: trpc.policies.list.queryKey() });
    return (await refetch()).data;
  };
  return <Editor type={type} known={type === null ? { ...data, versions: [] } : data} reload={reload} />;
}
