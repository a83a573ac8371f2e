"use client";

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserRoundX } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import { useSayFailure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { DetailFields } from "#components/imports/columns/detail-fields.tsx";
import type { Columns, Delimiter, MapDraft, MapInput, PlainField } from "#components/imports/columns/map-draft.ts";
import { draftOf, mapOf, problemsOf } from "#components/imports/columns/map-draft.ts";
import { MapMenu } from "#components/imports/columns/map-menu.tsx";
import { PlainFields } from "#components/imports/columns/plain-fields.tsx";
import { PreviewTable } from "#components/imports/columns/preview-table.tsx";
import { usePreview } from "#components/imports/columns/use-preview.ts";
import type { Import } from "#components/imports/use-import.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Select } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { useUnsaved } from "#components/ui/use-unsaved.ts";

const DELIMITERS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" } as const satisfies Record<
  Delimiter,
  string
>;

/** Where a map may begin: as it is, as another file was mapped, or as the names of the columns suggest. */
function useBeginnings(known: Columns) {
  const t = useTranslations("importColumns");
  const format = useFormatter();
  const guess = { key: "guess", label: t("guess"), map: known.guess };
  const current = known.map ? [{ key: "current", label: t("current"), map: known.map }] : [];
  const others = known.remembered.map(({ id, fileName, at, map, same }) => ({
    key: id,
    label: t("mapOf", { name: fileName, ago: format.relativeTime(new Date(at)) }),
    map,
    same,
  }));
  const same = others.find((other) => other.same);
  return { all: [...current, ...others, guess], first: current[0] ?? same ?? guess };
}

/** Has all rows checked under the map; the page then follows them. */
function useCheck(of: Import, onChecked: () => void) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const sayFailure = useSayFailure();
  const command = useCommand<{ id: string; version: number; map: MapInput }, unknown>((input, options) =>
    client.imports.check.mutate(input, options),
  );
  const check = async (map: MapInput) => {
    try {
      await command.run({ id: of.id, version: of.version, map });
      onChecked();
    } catch (error) {
      sayFailure(error as ApiError);
    } finally {
      await queryClient.invalidateQueries(trpc.imports.get.queryFilter({ id: of.id }));
      void queryClient.invalidateQueries(trpc.imports.columns.queryFilter({ id: of.id }));
    }
  };
  return { check, isPending: command.isPending };
}

function Preview({ of, draft, sound }: { of: Import; draft: MapDraft; sound: boolean }) {
  const t = useTranslations("importColumns");
  const { data, error, refetch } = usePreview(of.id, sound ? mapOf(draft) : null);
  if (!data)
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <div aria-busy className="flex flex-col gap-3">
        <Skeleton className="w-64" />
        <Skeleton className="h-40 w-full" />
      </div>
    );
  const bad = data.rows.filter(({ problems }) => problems.length > 0).length;
  return (
    <section aria-label={t("preview")} className="flex min-w-0 flex-col gap-2">
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <p aria-live="polite" className="text-sm">
        <span className="font-medium">{t("previewOf", { count: data.rows.length })}</span>{" "}
        <span className="text-ink-2">{sound ? t("previewBad", { bad }) : t("previewOld")}</span>
      </p>
      <p className="flex items-start gap-1.5 text-ink-2 text-sm">
        <UserRoundX className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
        {t("ownNote")}
      </p>
      <PreviewTable rows={data.rows} fields={new Set(Object.keys(draft.fields) as PlainField[])} />
    </section>
  );
}

/** A map that one begins with. */
interface Beginning {
  readonly key: string;
  readonly map: Parameters<typeof draftOf>[0];
}

interface EditorProps {
  of: Import;
  known: Columns;
  /** What was chosen under another delimiter, which this one is of. */
  begun: Beginning | undefined;
  onDelimiter: (delimiter: Delimiter, begun?: Beginning) => void;
  onChecked: () => void;
}

function Editor({ of, known, begun, onDelimiter, onChecked }: EditorProps) {
  const t = useTranslations("importColumns");
  const { all, first } = useBeginnings(known);
  const [from, setFrom] = useState((begun ?? first).key);
  const [draft, setDraft] = useState<MapDraft>(() => ({
    ...draftOf((begun ?? first).map),
    delimiter: known.delimiter,
  }));
  const { check, isPending } = useCheck(of, onChecked);
  const [begin] = useState(draft);
  useUnsaved(draft !== begin && !isPending);
  const problems = problemsOf(draft, known.columns);
  // Blanks in what is needed are shown as blanks; only a column that is not there leaves nothing to show.
  const sound = problems.unknown.size === 0;
  const use = (chosen: Beginning) => {
    const next = draftOf(chosen.map);
    if (next.delimiter !== known.delimiter) return onDelimiter(next.delimiter, chosen);
    setFrom(chosen.key);
    setDraft(next);
  };
  return (
    <form
      className="flex min-h-0 flex-1 flex-col overflow-y-auto xl:grid xl:grid-cols-[minmax(20rem,27rem)_minmax(0,1fr)] xl:overflow-hidden"
      onSubmit={(event) => {
        event.preventDefault();
        if (!problems.any) void check(mapOf(draft));
      }}
    >
      <div className="flex min-w-0 flex-col xl:min-h-0 xl:border-r">
        <div className="flex min-w-0 flex-1 flex-col gap-4 px-4 py-4 xl:overflow-y-auto">
          <p className="text-ink-2 text-sm">{t("lead")}</p>
          <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_10rem]">
            <Field label={t("start")}>
              {(ids) => (
                <Select
                  {...ids}
                  value={from}
                  onChange={({ target }) => {
                    const chosen = all.find(({ key }) => key === target.value);
                    if (chosen) use(chosen);
                  }}
                >
                  {all.map(({ key, label }) => (
                    <option key={key} value={key}>
                      {label}
                    </option>
                  ))}
                  {from === "file" ? <option value="file">{t("mapFromFile")}</option> : null}
                </Select>
              )}
            </Field>
            <Field label={t("delimiter")}>
              {(ids) => (
                <Select
                  {...ids}
                  value={known.delimiter}
                  onChange={(event) => onDelimiter(event.target.value as Delimiter)}
                >
                  {Object.entries(DELIMITERS).map(([sign, name]) => (
                    <option key={sign} value={sign}>
                      {t(`delimiters.${name}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
          <div className="flex flex-wrap gap-2">
            <MapMenu
              id={of.id}
              fileName={of.fileName}
              map={problems.any ? null : mapOf(draft)}
              onUse={(map) => use({ key: "file", map })}
            />
          </div>
          <PlainFields
            draft={draft}
            problems={problems}
            known={known}
            onChange={(fields) => setDraft((before) => ({ ...before, fields }))}
          />
          <DetailFields
            draft={draft}
            problems={problems}
            known={known}
            onChange={(details) => setDraft((before) => ({ ...before, details }))}
          />
        </div>
        <div className="flex shrink-0 items-center gap-3 border-t bg-surface px-4 py-2.5 max-xl:sticky max-xl:bottom-0">
          <Button type="submit" variant="primary" disabled={problems.any || isPending}>
            {t("check")}
          </Button>
          <span className="text-ink-3 text-xs">{t("checkHint")}</span>
        </div>
      </div>
      <div className="min-w-0 px-4 py-4 max-xl:border-t xl:overflow-y-auto">
        <Preview of={of} draft={draft} sound={sound} />
      </div>
    </form>
  );
}

/** Says where each field of a request comes from, over a preview of what that makes of the first rows. */
export function ColumnsStep({ of, onChecked }: { of: Import; onChecked: () => void }) {
  const trpc = useTRPC();
  const [{ delimiter, begun }, setChosen] = useState<{ delimiter?: Delimiter; begun?: Beginning }>({});
  const { data, error, refetch } = useQuery({
    ...trpc.imports.columns.queryOptions({ id: of.id, delimiter }),
    placeholderData: keepPreviousData,
  });
  if (!data)
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <div aria-busy className="flex flex-col gap-4 p-4">
        <Skeleton className="h-8 w-full max-w-md" />
        <Skeleton className="h-72 w-full max-w-md" />
      </div>
    );
  return (
    <Editor
      key={data.delimiter}
      of={of}
      known={data}
      begun={begun}
      onDelimiter={(sign, chosen) => setChosen({ delimiter: sign, begun: chosen })}
      onChecked={onChecked}
    />
  );
}
