import type { Part } from "#components/search/marks.ts";
import { plainOf } from "#components/search/marks.ts";

/** The parts of a text, with the words that were looked for marked. */
export function Marked({ parts }: { parts: readonly Part[] }) {
  return parts.map(({ text, marked }, index) =>
    marked ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity
      <mark key={index} className="rounded-[2px] bg-mark text-ink">
        {text}
      </mark>
    ) : (
      text
    ),
  );
}

interface MarkedTextProps {
  text: string;
  parts: readonly Part[] | undefined;
}

/** A text as it stands; marked where it is still the one in which the words were found. */
export function MarkedText({ text, parts }: MarkedTextProps) {
  return parts && plainOf(parts) === text ? <Marked parts={parts} /> : text;
}
