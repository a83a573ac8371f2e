"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { SectionGroups } from "#components/shell/section-links.tsx";

/** Every section, from the bottom of a narrow screen. */
export function SectionSheet({ onClose }: { onClose: () => void }) {
  const t = useTranslations("shell");
  const ui = useTranslations("ui");
  return (
    <Base.Root open onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-100 data-starting-style:opacity-0" />
        <Base.Popup className="fixed inset-x-0 bottom-0 z-50 max-h-[85dvh] overflow-y-auto rounded-t-xl border-line border-t bg-raised px-3 pt-2 pb-[calc(0.75rem+env(safe-area-inset-bottom))] shadow-pop outline-none transition-[translate] duration-100 data-starting-style:translate-y-4">
          <div className="flex items-center pl-2">
            <Base.Title className="flex-1 font-semibold">{t("sections")}</Base.Title>
            <Base.Close
              aria-label={ui("close")}
              className="inline-flex size-11 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
            >
              <X className="size-4" aria-hidden />
            </Base.Close>
          </div>
          <nav aria-label={t("sections")}>
            <SectionGroups roomy onChoose={onClose} />
          </nav>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
