"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { ErrorText, useSayFailure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useMe } from "#components/identity/me.tsx";
import { beginMove, moveTo } from "#components/identity/moved.ts";
import { Input } from "#components/ui/field.tsx";

interface ChoiceProps {
  chosen: boolean;
  disabled: boolean;
  onChoose: () => void;
  children: React.ReactNode;
}

function Choice({ chosen, disabled, onChoose, children }: ChoiceProps) {
  return (
    <li>
      <button
        type="button"
        aria-current={chosen ? "true" : undefined}
        disabled={disabled}
        onClick={onChoose}
        className="flex min-h-8 w-full items-center gap-2 rounded-md px-2 text-left text-sm hover:bg-hover disabled:opacity-60"
      >
        <span className="flex size-4 shrink-0 items-center justify-center">
          {chosen ? <Check className="size-3.5 text-accent" aria-hidden /> : null}
        </span>
        {children}
      </button>
    </li>
  );
}

const headClass = "px-2 pt-1.5 pb-1 font-medium text-ink-3 text-xs";

/** Both choices load the section anew: what another place showed stays nowhere. */
export function PlaceList({ href }: { href: string }) {
  const t = useTranslations("place");
  const { tenant, within } = useMe();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const sayFailure = useSayFailure();
  const [q, setQ] = useState("");
  const wanted = useDeferredValue(q.trim());
  const { data, error } = useQuery({
    ...trpc.sessions.places.queryOptions(wanted ? { q: wanted } : {}),
    placeholderData: keepPreviousData,
  });
  const narrow = useCommand((input: { scopeId: string | null }, options) =>
    client.sessions.narrow.mutate(input, options),
  );
  const switchTo = useCommand((input: { tenantId: string }, options) =>
    client.sessions.switchTenant.mutate(input, options),
  );
  const busy = narrow.isPending || switchTo.isPending;
  const go = (moving: Promise<unknown>) =>
    void moving.then(
      () => moveTo(href),
      (failure: ApiError) => sayFailure(failure),
    );

  if (!data) return <p className="p-3 text-ink-2 text-sm">{error ? <ErrorText error={error} /> : t("loading")}</p>;
  const { tenants, scopes, more } = data;
  return (
    <div className="flex max-h-[70dvh] flex-col overflow-y-auto p-1">
      {tenants.length > 1 ? (
        <section className="mb-1 border-line border-b pb-1">
          <h2 className={headClass}>{t("tenants")}</h2>
          <ul>
            {tenants.map(({ id, name }) => (
              <Choice
                key={id}
                chosen={id === tenant.id}
                disabled={busy}
                onChoose={() => {
                  if (id === tenant.id) return;
                  beginMove();
                  go(switchTo.run({ tenantId: id }));
                }}
              >
                <span className="truncate">{name}</span>
              </Choice>
            ))}
          </ul>
        </section>
      ) : null}
      <h2 className={headClass}>{t("scopes")}</h2>
      <div className="px-1 pb-1">
        <Input
          type="search"
          aria-label={t("find")}
          placeholder={t("find")}
          value={q}
          maxLength={100}
          onChange={(event) => setQ(event.target.value)}
        />
      </div>
      <ul>
        {wanted ? null : (
          <Choice
            chosen={within === null}
            disabled={busy}
            onChoose={() => within !== null && go(narrow.run({ scopeId: null }))}
          >
            {t("whole")}
          </Choice>
        )}
        {scopes.map(({ id, code, name }) => (
          <Choice
            key={id}
            chosen={id === within?.id}
            disabled={busy}
            onChoose={() => id !== within?.id && go(narrow.run({ scopeId: id }))}
          >
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="font-mono text-ink-3 text-xs">{code}</span>
          </Choice>
        ))}
      </ul>
      {scopes.length === 0 && wanted ? <p className="px-2 py-2 text-ink-2 text-sm">{t("none")}</p> : null}
      {more ? <p className="px-2 py-1.5 text-ink-3 text-xs">{t("more")}</p> : null}
    </div>
  );
}
