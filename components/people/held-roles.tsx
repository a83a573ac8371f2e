"use client";

import { Ban, KeyRound, Plus, X } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { SimulatedForOne, useSimulation } from "#components/access/simulated.tsx";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useMe } from "#components/identity/me.tsx";
import { usePlaceName, useRoleName } from "#components/people/names.ts";
import type { Held, RoleHolder } from "#components/people/use-people.ts";
import { usePeopleChanged } from "#components/people/use-people.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { Moment, useClock } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";

const GrantDialog = lazily(() => import("#components/people/grant-dialog.tsx").then((m) => m.GrantDialog));

/** Since when, until when, and whether that is now. */
export function Validity({ held: { from, until } }: { held: Pick<Held, "from" | "until"> }) {
  const t = useTranslations("person");
  const now = useClock().toISOString();
  const moment = (at: string) => () => <Moment at={at} />;
  if (until && until <= now) return <span className="text-warn">{t.rich("wasUntil", { when: moment(until) })}</span>;
  if (from && from > now)
    return (
      <span className="text-warn">
        {until
          ? t.rich("willBeUntil", { from: moment(from), until: moment(until) })
          : t.rich("willBe", { when: moment(from) })}
      </span>
    );
  return until ? <span>{t.rich("until", { when: moment(until) })}</span> : <span>{t("forGood")}</span>;
}

interface RevokeDialogProps {
  person: { readonly name: string };
  held: Pick<Held, "id" | "role" | "scope" | "effect">;
  onClose: () => void;
}

/** Takes a role away, or lifts a denial; what is lost or gained by it is said before. */
export function RevokeDialog({ person, held, onClose }: RevokeDialogProps) {
  const t = useTranslations("person");
  const roleName = useRoleName();
  const placeName = usePlaceName();
  const client = useTRPCClient();
  const changed = usePeopleChanged();
  const revoke = useCommand<{ id: string }, unknown>((input, options) => client.access.revoke.mutate(input, options));
  const change = { kind: "REVOKE", id: held.id } as const;
  const simulation = useSimulation(change);
  const denied = held.effect === "DENY";
  const said = { name: person.name, role: roleName(held.role), place: placeName(held.scope) };
  const confirm = () =>
    void revoke.run({ id: held.id }).then(
      () => {
        toast.success(t(denied ? "denialLifted" : "revoked", said));
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  return (
    <ConfirmDialog
      title={t(denied ? "liftTitle" : "revokeTitle")}
      note={t(denied ? "liftNote" : "revokeNote", said)}
      confirm={t(denied ? "lift" : "revoke")}
      danger={!denied}
      busy={revoke.isPending}
      error={revoke.error as ApiError | null}
      onConfirm={confirm}
      onClose={onClose}
    >
      <SimulatedForOne change={change} query={simulation} />
    </ConfirmDialog>
  );
}

function Row({ held, onRevoke }: { held: Held; onRevoke: () => void }) {
  const t = useTranslations("person");
  const roleName = useRoleName();
  const placeName = usePlaceName();
  const { role, scope, effect, reason, grantedBy, approvalId, createdAt, revocable } = held;
  const denied = effect === "DENY";
  const [Icon, named] = [denied ? Ban : KeyRound, { role: roleName(role), place: placeName(scope) }];
  return (
    <li className="flex items-start gap-3 border-b px-4 py-2.5">
      <Icon className={cn("mt-0.5 size-4 shrink-0", denied ? "text-bad" : "text-ink-3")} aria-hidden />
      <div className="grid min-w-0 flex-1 gap-x-4 gap-y-0.5 text-sm lg:grid-cols-[minmax(0,1fr)_minmax(0,13rem)]">
        <p className="min-w-0">
          {denied ? <span className="font-medium text-bad">{t("deniedHere")} </span> : null}
          <span className="font-medium">{named.role}</span> <span className="text-ink-2">{named.place}</span>
        </p>
        <p className="text-ink-2">
          <Validity held={held} />
        </p>
        <p className="min-w-0 break-words text-ink-3 text-xs lg:col-span-2">
          {t.rich("given", {
            known: grantedBy ? "yes" : "no",
            by: grantedBy ?? "",
            when: () => <Moment at={createdAt} />,
          })}
          {reason ? ` · ${reason}` : null}
          {approvalId ? (
            <>
              {" · "}
              <Link href={`/approvals/${approvalId}`} prefetch={false} className="text-accent underline">
                {t("askedFor")}
              </Link>
            </>
          ) : null}
        </p>
      </div>
      {revocable ? (
        <Button
          size="sm"
          variant="ghost"
          aria-label={t(denied ? "liftOf" : "revokeOf", named)}
          title={t(denied ? "lift" : "revoke")}
          onClick={onRevoke}
        >
          <X className="size-3.5" aria-hidden />
          <span className="hidden sm:inline">{t(denied ? "lift" : "revoke")}</span>
        </Button>
      ) : null}
    </li>
  );
}

/** What somebody holds, in the places that the reader administers. */
export function HeldRoles({ person }: { person: RoleHolder }) {
  const t = useTranslations("person");
  const { may } = useMe();
  const [granting, setGranting] = useState(false);
  const [revoking, setRevoking] = useState<Held | null>(null);
  const { assignments, more, status } = person;
  return (
    <section aria-labelledby="held" className="min-w-0">
      <div className="flex items-center gap-2 px-4 pb-2">
        <h2 id="held" className="flex-1 font-semibold text-sm">
          {t("roles")}
        </h2>
        {may("access:write") && status !== "ENDED" ? (
          <Button size="sm" onClick={() => setGranting(true)}>
            <Plus className="size-3.5" aria-hidden />
            {t("grant")}
          </Button>
        ) : null}
      </div>
      {assignments.length === 0 ? (
        <p className="border-y px-4 py-6 text-center text-ink-2 text-sm">{t("holdsNothing", { name: person.name })}</p>
      ) : (
        <ul className="border-t">
          {assignments.map((held) => (
            <Row key={held.id} held={held} onRevoke={() => setRevoking(held)} />
          ))}
        </ul>
      )}
      {more ? <p className="px-4 py-2 text-ink-3 text-xs">{t("moreHeld")}</p> : null}
      {granting ? <GrantDialog person={person} onClose={() => setGranting(false)} /> : null}
      {revoking ? <RevokeDialog person={person} held={revoking} onClose={() => setRevoking(null)} /> : null}
    </section>
  );
}
