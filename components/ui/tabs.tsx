/** One of a row of them: a button that is pressed, or a link to the page that is open. */
export const TAB_CLASS =
  "inline-flex h-9 items-center gap-1.5 border-transparent border-b-2 font-medium text-ink-2 text-sm hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:text-ink aria-pressed:border-accent aria-pressed:text-ink";

interface TabsProps<T extends string> {
  label: string;
  names: readonly T[];
  chosen: T;
  onChoose: (name: T) => void;
  /** What stands on one. */
  children: (name: T) => React.ReactNode;
}

/** What a page shows of itself: one of several, below its heading. */
export function Tabs<T extends string>({ label, names, chosen, onChoose, children }: TabsProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these choose what is shown
    <div role="group" aria-label={label} className="-mb-px flex gap-x-4 px-4">
      {names.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          onClick={() => onChoose(name)}
          className={TAB_CLASS}
        >
          {children(name)}
        </button>
      ))}
    </div>
  );
}
