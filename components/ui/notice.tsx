import { cn } from "#components/ui/cn.ts";

interface NoticeProps {
  icon: React.ReactNode;
  title: React.ReactNode;
  children?: React.ReactNode;
  actions?: React.ReactNode;
  className?: string;
}

/** What stands where content would: nothing found, nothing there, something broken. */
export function Notice({ icon, title, children, actions, className }: NoticeProps) {
  return (
    <div className={cn("flex flex-col items-center justify-center gap-3 px-6 py-16 text-center", className)}>
      <span className="flex size-10 items-center justify-center rounded-full border border-line bg-canvas text-ink-3 [&_svg]:size-5">
        {icon}
      </span>
      <div className="flex max-w-md flex-col gap-1">
        <div className="font-medium text-base">{title}</div>
        {children ? <div className="text-ink-2 text-sm">{children}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("appear-late block h-3 rounded bg-line", className)} />;
}
