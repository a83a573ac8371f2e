"use client";

import { RotateCw, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { PageRequest } from "#components/shell/page-request.tsx";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

export interface CrashProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** A refusal of the API carries its request's id; any other digest is a number, which the log has beside that id. */
const idOf = (digest = "") => (/^\d+(@|$)/.test(digest) ? undefined : digest);

/** A page that broke: nothing is lost, and what the log calls it can be copied. */
export function CrashNotice({ error, reset }: CrashProps) {
  const t = useTranslations("errors");
  return (
    <Notice
      className="h-full"
      icon={<TriangleAlert aria-hidden />}
      title={<h1>{t("crashed")}</h1>}
      actions={
        <Button onClick={reset}>
          <RotateCw className="size-3.5" aria-hidden />
          {t("retry")}
        </Button>
      }
    >
      <p>{t("crashedNote")}</p>
      <PageRequest known={idOf(error.digest)} />
    </Notice>
  );
}
