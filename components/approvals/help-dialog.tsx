"use client";

import { useTranslations } from "next-intl";
import { CheckField } from "#components/ui/checkbox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { useLetterKeys } from "#components/ui/letter-keys.ts";

const KEYS = [
  { name: "move", keys: ["j", "k"] },
  { name: "extend", keys: ["⇧ j", "⇧ k"] },
  { name: "toggle", keys: ["x"] },
  { name: "open", keys: ["o", "↵"] },
  { name: "approve", keys: ["a"] },
  { name: "reject", keys: ["r"] },
  { name: "changes", keys: ["c"] },
  { name: "clear", keys: ["u", "Esc"] },
  { name: "refresh", keys: ["n"] },
  { name: "search", keys: ["/"] },
  { name: "new", keys: ["⇧ n"] },
  { name: "go", keys: ["g i", "g b"] },
  { name: "palette", keys: ["⌘ K"] },
  { name: "help", keys: ["?"] },
] as const;

interface HelpProps {
  onClose: () => void;
}

export function HelpDialog({ onClose }: HelpProps) {
  const t = useTranslations("help");
  const ui = useTranslations("ui");
  const [letters, setLetters] = useLetterKeys();
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      finalFocus={false}
      title={t("title")}
      description={t("lead")}
    >
      <dl className="grid grid-cols-1 gap-x-8 px-5 py-2 sm:grid-cols-2">
        {KEYS.map(({ name, keys }) => (
          <div key={name} className="flex min-h-8 items-center justify-between gap-3 text-sm">
            <dt className="text-ink-2">{t(name)}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <CheckField
        className="border-line border-t px-4 py-3"
        checked={letters}
        onChange={(event) => setLetters(event.target.checked)}
      >
        <span>
          {t("letters")} <span className="block text-ink-3 text-xs">{t("lettersNote")}</span>
        </span>
      </CheckField>
    </Dialog>
  );
}
