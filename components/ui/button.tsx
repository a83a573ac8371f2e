import { cn } from "#components/ui/cn.ts";

const VARIANTS = {
  primary: "bg-accent text-accent-ink hover:not-disabled:bg-accent-hover",
  danger: "bg-bad text-bad-ink hover:not-disabled:bg-bad-hover",
  secondary: "border border-line-strong bg-surface text-ink hover:not-disabled:bg-hover",
  ghost: "text-ink-2 hover:not-disabled:bg-hover hover:not-disabled:text-ink",
} as const;

const SIZES = {
  sm: "h-7 gap-1.5 px-2 text-sm",
  md: "h-8 gap-1.5 px-3 text-sm",
  lg: "h-10 gap-2 px-4 text-base",
  icon: "size-8 justify-center",
} as const;

interface Look {
  variant?: keyof typeof VARIANTS;
  size?: keyof typeof SIZES;
}

/** The look of a button, for what is a link underneath. */
export function buttonClass({ variant = "secondary", size = "md" }: Look = {}, ...more: (string | undefined)[]) {
  return cn(
    "inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-50",
    VARIANTS[variant],
    SIZES[size],
    ...more,
  );
}

export function Button({ variant, size, className, ...props }: Look & React.ComponentProps<"button">) {
  return <button type="button" className={buttonClass({ variant, size }, className)} {...props} />;
}
