"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useId, useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { draftKey, forget, keep, readKept } from "#components/approvals/form/kept-draft.ts";
import { useMe } from "#components/identity/me.tsx";
import { Button } from "#components/ui/button.tsx";
import { Textarea } from "#components/ui/field.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import type { Comment } from "#server/domain/approvals/schema.ts";

/** A text that outlives the page until it is sent. */
function useKeptText(key: string): [string, (text: string) => void] {
  const [text, setText] = useState("");
  useEffect(() => {
    const kept = readKept<unknown>(key);
    setText(typeof kept?.value === "string" ? kept.value : "");
  }, [key]);
  return [
    text,
    (next) => {
      setText(next);
      if (next === "") forget(key);
      else keep(key, next);
    },
  ];
}

/** Says something about a request; what could not be sent stays in the box. */
export function CommentBox({ approval }: { approval: Detail }) {
  const t = useTranslations("comments");
  const id = useId();
  const { may, person } = useMe();
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [text, setText] = useKeptText(draftKey(person.id, `comment.${approval.id}`));
  const comment = useCommand<{ id: string; comment: string }, Comment>((input, options) =>
    client.approvals.comment.mutate(input, options),
  );
  if (!may("approvals:comment")) return null;

  async function send() {
    if (text.trim() === "" || comment.isPending) return;
    try {
      await comment.run({ id: approval.id, comment: text });
      setText("");
      await queryClient.invalidateQueries(trpc.approvals.detail.queryFilter({ id: approval.id }));
    } catch {
      // it is said below, and the text stays
    }
  }

  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label htmlFor={id} className="sr-only">
        {t("label")}
      </label>
      <Textarea
        id={id}
        rows={2}
        maxLength={4000}
        placeholder={t("placeholder")}
        className="field-sizing-content max-h-60 min-h-14"
        aria-describedby={comment.error ? `${id}-error` : undefined}
        readOnly={comment.isPending}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          void send();
        }}
      />
      <Refused id={`${id}-error`} error={comment.error} />
      {text.trim() === "" ? null : (
        <div className="flex items-center gap-2">
          <span className="mr-auto hidden items-center gap-1 text-ink-3 text-xs sm:inline-flex">
            <Kbd>⌘</Kbd>
            <Kbd>↵</Kbd>
          </span>
          <Button type="submit" size="sm" disabled={comment.isPending}>
            {t("send")}
          </Button>
        </div>
      )}
    </form>
  );
}
