import { Download } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Document } from "#components/api-reference/document.ts";
import { entriesByTag } from "#components/api-reference/document.ts";
import { Method, OperationView } from "#components/api-reference/operation-view.tsx";
import { Prose } from "#components/api-reference/prose.tsx";
import { Fields } from "#components/api-reference/schema-view.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";

function Contents({ tags }: { tags: ReturnType<typeof entriesByTag> }) {
  const t = useTranslations("apiReference");
  return (
    <nav aria-label={t("contents")} className="hidden w-72 shrink-0 overflow-y-auto border-r px-3 py-4 lg:block">
      {[...tags].map(([tag, entries]) => (
        <div key={tag} className="pb-4">
          <p className="px-2 pb-1 font-medium text-ink-3 text-xs">{tag}</p>
          {entries.map(({ method, path, operation }) => (
            <a
              key={operation.operationId}
              href={`#${operation.operationId}`}
              className="flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-sm hover:bg-hover"
            >
              <Method method={method} />
              <span className="min-w-0 truncate font-mono text-ink-2 text-xs" title={operation.summary}>
                {path}
              </span>
            </a>
          ))}
        </div>
      ))}
      <a href="#schemas" className="flex min-h-8 items-center rounded-md px-2 text-ink-2 text-sm hover:bg-hover">
        {t("schemas")}
      </a>
    </nav>
  );
}

function Intro({ document }: { document: Document }) {
  const t = useTranslations("apiReference");
  const url = document.servers[0]?.url ?? "";
  return (
    <header className="flex flex-col gap-4 px-4 pt-5 pb-7 md:px-8">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="font-semibold text-2xl tracking-[-0.02em]">{document.info.title}</h1>
        <a
          href="/api/core/openapi.json"
          download="countersign-openapi.json"
          className={buttonClass({ size: "sm" }, "ml-auto")}
        >
          <Download className="size-3.5" aria-hidden />
          {t("download")}
        </a>
      </div>
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <span className="text-ink-3">{t("base")}</span>
        <code className="break-all font-mono text-xs">{url}</code>
        <CopyButton value={url} label={t("copy", { title: t("base") })} />
      </p>
      <Prose text={document.info.description} className="flex max-w-3xl flex-col gap-3 text-sm" />
    </header>
  );
}

function Schemas({ document }: { document: Document }) {
  const t = useTranslations("apiReference");
  return (
    <section id="schemas" className="flex flex-col gap-6 border-t px-4 py-7 md:px-8">
      <h2 className="font-semibold text-xl tracking-[-0.015em]">{t("schemas")}</h2>
      {Object.entries(document.components.schemas).map(([name, schema]) => (
        <article key={name} id={`schema-${name}`} className="flex max-w-4xl scroll-mt-4 flex-col gap-1">
          <h3 className="font-mono font-semibold text-sm">{name}</h3>
          {schema.description ? <Prose text={schema.description} className="text-ink-2 text-sm" /> : null}
          <Fields schema={schema} />
        </article>
      ))}
    </section>
  );
}

/** The description of the API, to be read: made on the server alone, it sends no program along but the copy buttons. */
export function Reference({ document }: { document: Document }) {
  const tags = entriesByTag(document);
  return (
    <div className="flex min-h-0 flex-1">
      <Contents tags={tags} />
      <div className="min-w-0 flex-1 overflow-y-auto scroll-smooth">
        <Intro document={document} />
        {[...tags].map(([tag, entries]) => (
          <section key={tag} aria-label={tag}>
            <h2 className="border-t bg-canvas px-4 py-2 font-semibold text-ink-2 text-sm md:px-8">{tag}</h2>
            {entries.map((entry) => (
              <OperationView key={entry.operation.operationId} document={document} entry={entry} />
            ))}
          </section>
        ))}
        <Schemas document={document} />
      </div>
    </div>
  );
}
