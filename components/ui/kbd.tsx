import { cn } from "#components/ui/cn.ts";

export function Kbd({ className, ...props }: React.ComponentProps<"kbd">) {
  return (
    <kbd
      className={cn(
        "inline-flex h-5 min-w-5 items-center justify-center rounded border border-line-strong bg-surface px-1 font-sans text-2xs font-medium text-ink-2",
        className,
      )}
      {...props}
    />
  );
}
