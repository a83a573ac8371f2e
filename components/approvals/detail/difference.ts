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

/** What differs between two values, field by field, beside the fields to leave out. */
export function changesOf(before: unknown, after: unknown, without: ReadonlySet<string> = new Set()): Change[] {
  const [old, now] = [leaves(before, "", new Map()), leaves(after, "", new Map())];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => !without.has(field) && said(old.get(field)) !== said(now.get(field)))
    .map((field) => ({ field, before: said(old.get(field)), after: said(now.get(field)) }));
}

type Content = Readonly<Record<string, unknown>>;

/** Links as lines of a text, so that each shows by itself whether it came or went. */
const legible = ({ attachments, ...content }: Content): Content => ({
  ...content,
  attachments: Array.isArray(attachments)
    ? attachments.map(({ title, url }: { title: string; url: string }) => `${title}: ${url}`).join("\n")
    : "",
});

const ORDER = ["title", "summary", "amount", "priority", "dueAt", "payload", "attachments"];
const rank = ({ field }: Change) => (ORDER.indexOf(field.split(".")[0] ?? "") + ORDER.length + 1) % (ORDER.length + 1);

/** What changed in the content of a request, in the order in which it is read. */
export const contentChanges = (before: Content, after: Content): Change[] =>
  changesOf(legible(before), legible(after), OWN_TO_REVISION).sort((a, b) => rank(a) - rank(b));

/** What changed between two pieces of evidence. */
export const differenceOf = (before: string, after: string): Change[] =>
  contentChanges(JSON.parse(before), JSON.parse(after));

/** A piece of two texts laid over one another. */
export interface Piece {
  readonly text: string;
  readonly of: "both" | "before" | "after";
}

/** Words of each text that are compared; their product bounds the work. */
const WORDS_MAX = 600;

const wordsOf = (text: string) => text.match(/\s+|[^\s]+/g) ?? [];

/** Lengths of the longest common run of words from each pair of places on. */
function common(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * width + j] =
        a[i] === b[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
  return table;
}

/** Two texts word by word; null where they are too long for that, or have next to nothing in common. */
export function piecesOf(before: string, after: string): Piece[] | null {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  if (a.length > WORDS_MAX || b.length > WORDS_MAX) return null;
  const table = common(a, b);
  const width = b.length + 1;
  const found: { text: string; of: Piece["of"] }[] = [];
  const add = (text: string, of: Piece["of"]) => {
    const last = found.at(-1);
    if (last?.of === of) last.text += text;
    else found.push({ text, of });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [old, now] = [a[i], b[j]];
    if (old !== undefined && old === now) {
      add(old, "both");
      i++;
      j++;
    } else if (
      old !== undefined &&
      (now === undefined || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))
    ) {
      add(old, "before");
      i++;
    } else {
      add(now ?? "", "after");
      j++;
    }
  }
  const shared = found.some(({ text, of }) => of === "both" && text.trim() !== "");
  return shared ? runs(found) : null;
}

/** Changes with nothing but a space between them are one: what went, then what came. */
function runs(pieces: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  let [gone, come] = ["", ""];
  const close = () => {
    if (gone) found.push({ text: gone, of: "before" });
    if (come) found.push({ text: come, of: "after" });
    [gone, come] = ["", ""];
  };
  for (const [index, { text, of }] of pieces.entries()) {
    const between = of === "both" && text.trim() === "" && gone + come !== "" && index < pieces.length - 1;
    if (of === "before" || between) gone += text;
    if (of === "after" || between) come += text;
    if (of !== "both" || between) continue;
    close();
    found.push({ text, of });
  }
  close();
  return found;
}
