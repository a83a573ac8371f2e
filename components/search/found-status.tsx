"use client";

import { useTranslations } from "next-intl";

interface StatusProps {
  words: string;
  /** How many there are; undefined while that is being asked. */
  total: number | undefined;
}

/** For whoever does not see the list change under what they type. */
export function FoundStatus({ words, total }: StatusProps) {
  const t = useTranslations("filters");
  return (
    <p role="status" className="sr-only">
      {words !== "" && total !== undefined ? t("found", { count: total, words }) : ""}
    </p>
  );
}
