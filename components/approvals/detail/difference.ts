export interface Change {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

const said = (value: unknown) =>
  value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value);

/** Leaves by their path: `payload.term_months`. */
function leaves(value: unknown, path: string, into: Map<string, unknown>): Map<string, unknown> {
  if (value !== null && typeof value === "object" && !Array.isArray(value))
    for (const [key, part] of Object.entries(value)) leaves(part, path ? `${path}.${key}` : key, into);
  else into.set(path, value);
  return into;
}

/** Differs in every revision by its nature, and says nothing about the request. */
const OWN_TO_REVISION = new Set(["revision"]);

/** What changed between two pieces of evidence, field by field. */
export function differenceOf(before: string, after: string): Change[] {
  const [old, now] = [before, after].map((text) => leaves(JSON.parse(text), "", new Map()));
  if (!old || !now) return [];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => !OWN_TO_REVISION.has(field) && said(old.get(field)) !== said(now.get(field)))
    .map((field) => ({ field, before: said(old.get(field)), after: said(now.get(field)) }));
}
