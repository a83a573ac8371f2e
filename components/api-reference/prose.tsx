/** `code` in a line of text. */
export function Line({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text never move
      <code key={index} className="rounded bg-line/60 px-1 py-px font-mono text-[0.92em] [overflow-wrap:anywhere]">
        {part}
      </code>
    ) : (
      part
    ),
  );
}

const cells = (row: string) =>
  row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

/** Rows of two cells, the heading and the rule below it left out. */
function Facts({ rows }: { rows: readonly string[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-8 gap-y-1">
      {rows.slice(2).map((row) => {
        const [name = "", value = ""] = cells(row);
        return (
          <div key={row} className="contents">
            <dt className="text-ink-2">
              <Line text={name} />
            </dt>
            <dd>
              <Line text={value} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Paragraphs and tables of the little Markdown that the document holds. */
export function Prose({ text, className }: { text: string; className?: string }) {
  return (
    <div className={className}>
      {text.split("\n\n").map((block) =>
        block.startsWith("|") ? (
          <Facts key={block} rows={block.split("\n")} />
        ) : (
          <p key={block}>
            <Line text={block} />
          </p>
        ),
      )}
    </div>
  );
}
