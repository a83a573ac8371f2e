import { cn } from "#components/ui/cn.ts";

interface SectionProps {
  title: React.ReactNode;
  aside?: React.ReactNode;
  className?: string;
  children: React.ReactNode;
}

export function Section({ title, aside, className, children }: SectionProps) {
  return (
    <section className={cn("flex flex-col gap-2.5 border-t px-4 py-4 first:border-t-0 md:px-6", className)}>
      <div className="flex min-h-6 flex-wrap items-center gap-2">
        <h2 className="font-semibold text-ink-2 text-sm">{title}</h2>
        {aside ? <div className="ml-auto flex items-center gap-1">{aside}</div> : null}
      </div>
      {children}
    </section>
  );
}
