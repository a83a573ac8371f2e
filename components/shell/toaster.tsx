"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { Toaster, toast } from "sonner";
import { toastsAreShown } from "#components/ui/toast.ts";

export function ConsoleToaster() {
  const t = useTranslations("ui");
  useEffect(() => toastsAreShown(toast), []);
  return (
    <Toaster
      position="bottom-right"
      containerAriaLabel={t("notifications")}
      style={{ fontFamily: "inherit" }}
      offset={20}
      mobileOffset={{ bottom: 64, left: 12, right: 12 }}
      toastOptions={{
        unstyled: true,
        closeButton: false,
        classNames: {
          toast:
            "flex w-full items-start gap-2.5 rounded-lg border border-line bg-raised px-3.5 py-2.5 text-sm text-ink shadow-pop md:w-89",
          title: "font-medium",
          description: "text-ink-2 whitespace-pre-line",
          content: "min-w-0 flex-1",
          icon: "mt-0.5 [&_svg]:size-4",
          success: "[&_[data-icon]]:text-ok",
          error: "[&_[data-icon]]:text-bad",
          warning: "[&_[data-icon]]:text-warn",
          actionButton: "shrink-0 rounded-md border border-line-strong px-2 h-7 text-sm font-medium hover:bg-hover",
        },
      }}
    />
  );
}
