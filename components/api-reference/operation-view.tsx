import { useTranslations } from "next-intl";
import type { Document, Entry, Parameter } from "#components/api-reference/document.ts";
import { nameOf, parameterOf } from "#components/api-reference/document.ts";
import { Line, Prose } from "#components/api-reference/prose.tsx";
import { FieldRow, Fields, TypeText } from "#components/api-reference/schema-view.tsx";
import { cn } from "#components/ui/cn.ts";
import { CopyButton } from "#components/ui/copy-button.tsx";

export function Method({ method }: { method: string }) {
  return (
    <span
      className={cn(
        "inline-flex w-11 shrink-0 justify-center rounded px-1 font-mono font-semibold text-2xs",
        method === "GET" ? "bg-accent-soft text-accent" : "bg-ok-soft text-ok",
      )}
    >
      {method}
    </span>
  );
}

function Code({ title, text }: { title: string; text: string }) {
  const t = useTranslations("apiReference");
  return (
    <figure className="flex min-w-0 flex-col gap-1">
      <figcaption className="flex min-h-6 items-center justify-between text-ink-3 text-xs">
        {title}
        <CopyButton value={text} label={t("copy", { title })} />
      </figcaption>
      <pre className="whitespace-pre-wrap rounded-md border bg-canvas p-3 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
        {text}
      </pre>
    </figure>
  );
}

const json = (value: unknown) => JSON.stringify(value, null, 2);

/** The call on a command line, with the first example of its body. */
function curl(document: Document, { method, path, operation }: Entry): string {
  const [example] = Object.values(operation.requestBody?.content["application/json"]?.examples ?? {});
  const tenant = operation.parameters.length > 1;
  return [
    `curl "${document.servers[0]?.url ?? ""}${path}"`,
    `-H "Authorization: Bearer $TOKEN"`,
    ...(tenant ? [`-H "X-Tenant-Id: $TENANT"`, `-H "X-Org-Id: $ORG"`] : []),
    ...(example
      ? [
          `-H "Content-Type: application/json"`,
          `-H "Idempotency-Key: $(uuidgen)"`,
          `-d '${JSON.stringify(example.value)}'`,
        ]
      : []),
    ...(method === "GET" || example ? [] : [`-X ${method}`]),
  ].join(" \\\n  ");
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="flex flex-col gap-1.5">
      <h4 className="font-semibold text-ink-2 text-xs">{title}</h4>
      {children}
    </section>
  );
}

function Answer({ status, answer }: { status: string; answer: Entry["operation"]["responses"][string] }) {
  const t = useTranslations("apiReference");
  const [[type = "", content] = []] = Object.entries(answer.content);
  const good = Number(status) < 300;
  const codes = content?.examples ? Object.entries(content.examples) : [];
  return (
    <details open={good} className="border-b border-dashed last:border-b-0">
      <summary className="flex min-h-9 cursor-pointer items-center gap-3 py-1 text-sm">
        <code className={cn("font-mono font-semibold text-xs", good ? "text-ok" : "text-ink-2")}>{status}</code>
        <span className="min-w-0 flex-1 truncate text-ink-2">
          {good ? <Line text={answer.description} /> : codes.map(([code]) => code).join(", ")}
        </span>
      </summary>
      <div className="flex flex-col gap-3 pb-3 sm:pl-10">
        {good && content ? (
          <p className="text-ink-3 text-xs">
            {type} · <TypeText schema={content.schema} />
          </p>
        ) : (
          <dl className="flex flex-col gap-1 text-sm">
            {codes.map(([code, { summary }]) => (
              <div key={code} className="flex flex-wrap gap-x-3">
                <dt>
                  <code className="font-mono text-xs">{code}</code>
                </dt>
                <dd className="text-ink-2">{summary}</dd>
              </div>
            ))}
          </dl>
        )}
        {good && content?.example ? <Code title={t("example")} text={json(content.example)} /> : null}
      </div>
    </details>
  );
}

const byPlace = ["path", "query", "header"];
const inOrder = (a: Parameter, b: Parameter) => byPlace.indexOf(a.in) - byPlace.indexOf(b.in);

export function OperationView({ document, entry }: { document: Document; entry: Entry }) {
  const t = useTranslations("apiReference");
  const { method, path, operation } = entry;
  const parameters = operation.parameters.flatMap((one) => parameterOf(document, one) ?? []).toSorted(inOrder);
  const body = operation.requestBody?.content["application/json"];
  const named = body?.schema.$ref ? document.components.schemas[nameOf(body.schema.$ref)] : undefined;
  return (
    <article id={operation.operationId} className="flex scroll-mt-4 flex-col gap-5 border-t px-4 py-7 md:px-8">
      <header className="flex flex-col gap-1.5">
        <h3 className="font-semibold text-lg tracking-[-0.01em]">{operation.summary}</h3>
        <p className="flex flex-wrap items-center gap-2">
          <Method method={method} />
          <code className="break-all font-mono text-sm">{path}</code>
        </p>
        {operation.description ? (
          <Prose text={operation.description} className="max-w-3xl pt-1 text-ink-2 text-sm" />
        ) : null}
      </header>
      <div className="grid gap-x-10 gap-y-5 2xl:grid-cols-[minmax(0,1fr)_30rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <Part title={t("parameters")}>
            <dl>
              {parameters.map(({ name, in: place, required, description, schema }) => (
                <FieldRow
                  key={`${place} ${name}`}
                  name={name}
                  place={place}
                  required={required}
                  schema={schema}
                  description={description}
                />
              ))}
            </dl>
          </Part>
          {named ? (
            <Part title={t("body")}>
              <Fields schema={named} />
            </Part>
          ) : null}
          <Part title={t("answers")}>
            <div>
              {Object.entries(operation.responses).map(([status, answer]) => (
                <Answer key={status} status={status} answer={answer} />
              ))}
            </div>
          </Part>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Code title={t("call")} text={curl(document, entry)} />
          {Object.entries(body?.examples ?? {}).map(([name, { value }]) => (
            <Code key={name} title={t("bodyExample", { name })} text={json(value)} />
          ))}
        </div>
      </div>
    </article>
  );
}
