import { useTranslations } from "next-intl";
import type { Schema } from "#components/api-reference/document.ts";
import { boundsOf, nameOf, withoutNull } from "#components/api-reference/document.ts";
import { Line } from "#components/api-reference/prose.tsx";

const DEPTH_MAX = 4;

/** What a value is, in a few words; a named shape leads to its own place. */
export function TypeText({ schema: given }: { schema: Schema }): React.ReactNode {
  const t = useTranslations("apiReference");
  const { schema, nullable } = withoutNull(given);
  const kind = (): React.ReactNode => {
    if (schema.$ref)
      return (
        <a href={`#schema-${nameOf(schema.$ref)}`} className="text-accent hover:underline hover:underline-offset-2">
          {nameOf(schema.$ref)}
        </a>
      );
    if (schema.type === "array" && schema.items)
      return (
        <>
          {t("listOf")} <TypeText schema={schema.items} />
        </>
      );
    if (schema.anyOf)
      return schema.anyOf.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: alternatives never move
        <span key={index}>
          {index > 0 ? ` ${t("or")} ` : ""}
          <TypeText schema={one} />
        </span>
      ));
    return schema.format ?? String(schema.type ?? t("any"));
  };
  const bounds = boundsOf(schema);
  return (
    <>
      {kind()}
      {bounds ? <span className="text-ink-3">, {bounds}</span> : null}
      {nullable ? <span className="text-ink-3"> {t("orNull")}</span> : null}
    </>
  );
}

/** The values that a schema lists, or the one that it takes by itself. */
export function Values({ schema: given }: { schema: Schema }) {
  const t = useTranslations("apiReference");
  const { schema } = withoutNull(given);
  const listed = schema.enum ?? schema.items?.enum ?? [];
  return (
    <>
      {listed.length > 0 ? (
        <span className="flex flex-wrap gap-1">
          {listed.map((value) => (
            <code key={String(value)} className="rounded bg-line/60 px-1 font-mono text-xs">
              {String(value)}
            </code>
          ))}
        </span>
      ) : null}
      {schema.default === undefined || typeof schema.default === "object" ? null : (
        <span className="text-ink-3 text-xs">{t("default", { value: String(schema.default) })}</span>
      )}
    </>
  );
}

interface RowProps {
  name: string;
  schema: Schema;
  required: boolean;
  /** Where it is, for a parameter. */
  place?: string;
  description?: string;
}

/** One named value: a field, a parameter. */
export function FieldRow({ name, schema, required, place, description, depth = 0 }: RowProps & { depth?: number }) {
  const t = useTranslations("apiReference");
  const said = description ?? schema.description;
  const inner = withoutNull(schema).schema;
  return (
    <div className="grid grid-cols-1 gap-x-4 gap-y-0.5 border-b border-dashed py-2 text-sm last:border-b-0 sm:grid-cols-[13rem_minmax(0,1fr)]">
      <dt className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        <code className="break-all font-mono text-xs">{name}</code>
        {required ? <span className="text-2xs text-warn">{t("required")}</span> : null}
      </dt>
      <dd className="flex min-w-0 flex-col gap-1">
        <span>
          {place ? <span className="text-ink-3">{place} · </span> : null}
          <TypeText schema={schema} />
        </span>
        <Values schema={schema} />
        {said ? (
          <span className="text-ink-2">
            <Line text={said} />
          </span>
        ) : null}
        {depth < DEPTH_MAX && !schema.$ref ? (
          <Fields schema={inner.type === "array" && inner.items ? inner.items : inner} depth={depth + 1} />
        ) : null}
      </dd>
    </div>
  );
}

/** The fields of an object, or of each of its alternatives. */
export function Fields({ schema, depth = 0 }: { schema: Schema; depth?: number }) {
  const t = useTranslations("apiReference");
  if (schema.$ref) return null;
  if (schema.anyOf?.some(({ properties }) => properties))
    return schema.anyOf.map((one, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: alternatives never move
      <div key={index} className="flex flex-col">
        <p className="pt-1 text-ink-3 text-xs">{t("alternative", { number: index + 1 })}</p>
        <Fields schema={one} depth={depth} />
      </div>
    ));
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return null;
  return (
    <dl className={depth > 0 ? "border-l pl-3" : undefined}>
      {fields.map(([name, field]) => (
        <FieldRow
          key={name}
          name={name}
          schema={field}
          required={schema.required?.includes(name) ?? false}
          depth={depth}
        />
      ))}
    </dl>
  );
}
