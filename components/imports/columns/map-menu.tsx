"use client";

import { Braces, Download, FileJson } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { ErrorText } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import type { MapInput } from "#components/imports/columns/map-draft.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";

const MAP_BYTES_MAX = 500_000;

/** The map as a file that `npm run import` takes. */
function download(map: MapInput, fileName: string): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(map, null, 2)}\n`], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: `${fileName}.map.json` });
  link.click();
  URL.revokeObjectURL(url);
}

interface DialogProps {
  id: string;
  onClose: () => void;
  onUse: (map: MapInput) => void;
}

/** A map from elsewhere: the server says whether it is one, by the preview that it gives. */
function PasteDialog({ id, onClose, onUse }: DialogProps) {
  const t = useTranslations("importColumns");
  const ui = useTranslations("ui");
  const client = useTRPCClient();
  const fileId = useId();
  const [text, setText] = useState("");
  const [flaw, setFlaw] = useState<React.ReactNode>(null);
  const [busy, setBusy] = useState(false);
  const use = async () => {
    let map: MapInput;
    try {
      map = JSON.parse(text);
    } catch {
      return setFlaw(t("notJson"));
    }
    setBusy(true);
    try {
      await client.imports.preview.mutate({ id, map });
      onUse(map);
    } catch (thrown) {
      const error = thrown as ApiError;
      const { code, issues = [] } = error.data ?? {};
      // Columns that this file has not are said where they stand, and can be mended there.
      if (code === "import.missing_columns") return onUse(map);
      const paths = issues.map(({ path }) => path || "{}").slice(0, 5);
      const isNoMap = code === "input.invalid" && paths.length > 0;
      setFlaw(isNoMap ? t("notMap", { path: paths.join(", ") }) : <ErrorText error={error} />);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={onClose} closeLabel={ui("close")} title={t("pasteTitle")} description={t("pasteNote")}>
      <form
        className="flex flex-col gap-3 px-5 pt-3 pb-5"
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation(); // a dialog is rendered elsewhere, and React hands its events to the form behind it
          void use();
        }}
      >
        <Field label={t("pasteLabel")} error={flaw ?? undefined}>
          {(ids) => (
            <Textarea
              {...ids}
              className="h-56 font-mono text-xs"
              spellCheck={false}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setFlaw(null);
              }}
            />
          )}
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <label
            htmlFor={fileId}
            className={buttonClass({}, "mr-auto cursor-pointer focus-within:outline-2 focus-within:outline-accent")}
          >
            <FileJson className="size-3.5" aria-hidden />
            {t("pasteFile")}
            <input
              id={fileId}
              type="file"
              accept=".json,application/json"
              className="sr-only"
              onChange={async ({ target }) => {
                const [file] = target.files ?? [];
                if (file && file.size <= MAP_BYTES_MAX) setText(await file.text());
                setFlaw(file && file.size > MAP_BYTES_MAX ? t("notJson") : null);
                target.value = "";
              }}
            />
          </label>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button type="submit" variant="primary" disabled={busy || text.trim() === ""}>
            {t("pasteUse")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface MapMenuProps extends Omit<DialogProps, "onClose"> {
  fileName: string;
  /** Null where it is not whole. */
  map: MapInput | null;
}

export function MapMenu({ id, fileName, map, onUse }: MapMenuProps) {
  const t = useTranslations("importColumns");
  const [pasting, setPasting] = useState(false);
  return (
    <>
      <Button size="sm" onClick={() => setPasting(true)}>
        <Braces className="size-3.5" aria-hidden />
        {t("useMap")}
      </Button>
      <Button size="sm" disabled={map === null} onClick={() => map && download(map, fileName)}>
        <Download className="size-3.5" aria-hidden />
        {t("downloadMap")}
      </Button>
      {pasting ? (
        <PasteDialog
          id={id}
          onClose={() => setPasting(false)}
          onUse={(used) => {
            setPasting(false);
            onUse(used);
          }}
        />
      ) : null}
    </>
  );
}
