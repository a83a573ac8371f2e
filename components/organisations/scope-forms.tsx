"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { Scope } from "#components/organisations/tree.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input, Select } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import { PARENT_KIND } from "#server/domain/access/rules.ts";

type ChildKind = keyof typeof PARENT_KIND;

/** As `scopeCode` of the server takes it. */
const CODE = "[A-Za-z0-9][A-Za-z0-9_\\-]{0,62}";

function useScopesChanged(): () => void {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  const router = useRouter();
  return () => {
    void queryClient.invalidateQueries(trpc.scopes.pathFilter());
    router.refresh(); // what filters offer comes with the layout
  };
}

/** Another name; the code, which others refer to, stays. */
export function RenameScope({ scope }: { scope: Scope }) {
  const t = useTranslations("organisations");
  const client = useTRPCClient();
  const changed = useScopesChanged();
  const rename = useCommand<{ id: string; name: string; was: string }, unknown>((input, options) =>
    client.scopes.rename.mutate(input, options),
  );
  const [name, setName] = useState(scope.name);
  const submit = () =>
    void rename.run({ id: scope.id, name: name.trim(), was: scope.name }).then(
      () => {
        toast.success(t("renamed"));
        changed();
      },
      () => {}, // shown below
    );
  return (
    <form
      className="flex flex-col gap-2 border-line border-b py-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="flex items-end gap-2">
        <Field label={t("name")} className="min-w-0 flex-1">
          {(ids) => (
            <Input {...ids} value={name} maxLength={120} required onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Button type="submit" disabled={rename.isPending || name.trim() === scope.name || name.trim() === ""}>
          {t("rename")}
        </Button>
      </div>
      <Refused error={rename.error as ApiError | null} />
    </form>
  );
}

interface NewScope {
  readonly parentId: string;
  readonly kind: ChildKind;
  readonly items: { code: string; name: string }[];
}

/** What stands below: an organisation of the tenant, a cycle or community of it, an event of a community. */
export function AddScope({ parent }: { parent: Scope }) {
  const t = useTranslations("organisations");
  const kinds = useTranslations("scopeKinds");
  const client = useTRPCClient();
  const changed = useScopesChanged();
  const possible = (Object.keys(PARENT_KIND) as ChildKind[]).filter((kind) => PARENT_KIND[kind] === parent.kind);
  const [kind, setKind] = useState(possible[0]);
  const [there, setThere] = useState<string | null>(null);
  const create = useCommand<NewScope, { code: string; created: boolean }[]>((input, options) =>
    client.scopes.create.mutate(input, options),
  );
  if (!kind) return null;
  const submit = (form: HTMLFormElement) => {
    const text = (name: string) => String(new FormData(form).get(name) ?? "").trim();
    const item = { code: text("code"), name: text("name") };
    setThere(null);
    void create.run({ parentId: parent.id, kind, items: [item] }).then(
      ([made]) => {
        if (!made?.created) return setThere(item.code);
        toast.success(t("created", { kind: kinds(kind), name: item.name }));
        form.reset();
        changed();
      },
      () => {}, // shown below
    );
  };
  return (
    <form
      className="flex flex-col gap-3 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <h3 className="font-semibold text-sm">{t("add", { name: parent.name })}</h3>
      {possible.length > 1 ? (
        <Field label={t("kind")}>
          {(ids) => (
            <Select {...ids} value={kind} onChange={(event) => setKind(event.target.value as ChildKind)}>
              {possible.map((value) => (
                <option key={value} value={value}>
                  {kinds(value)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      ) : null}
      <div className="grid gap-3 sm:grid-cols-[9rem_minmax(0,1fr)]">
        <Field label={t("code")} error={there ? t("codeThere", { code: there }) : undefined} hint={t("codeHint")}>
          {(ids) => (
            <Input
              {...ids}
              name="code"
              pattern={CODE}
              maxLength={63}
              required
              autoComplete="off"
              spellCheck={false}
              className="font-mono"
            />
          )}
        </Field>
        <Field label={t("name")}>
          {(ids) => <Input {...ids} name="name" maxLength={120} required autoComplete="off" />}
        </Field>
      </div>
      <Refused error={create.error as ApiError | null} />
      <Button type="submit" variant="primary" className="self-start" disabled={create.isPending}>
        {t("create", { kind: kinds(kind) })}
      </Button>
    </form>
  );
}
