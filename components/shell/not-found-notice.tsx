import { Compass } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { PageRequest } from "#components/shell/page-request.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

/** An address that leads nowhere, or nowhere for this person: the two look the same. */
export function NotFoundNotice() {
  const t = useTranslations("errors");
  return (
    <Notice
      className="h-full"
      icon={<Compass aria-hidden />}
      title={<h1>{t("notFound")}</h1>}
      actions={
        <Link href="/inbox" className={buttonClass()}>
          {t("toInbox")}
        </Link>
      }
    >
      <p>{t("notFoundNote")}</p>
      <PageRequest />
    </Notice>
  );
}
