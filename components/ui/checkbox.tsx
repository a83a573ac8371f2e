import { useId } from "react";
import { cn } from "#components/ui/cn.ts";

interface CheckboxProps extends Omit<React.ComponentProps<"input">, "type"> {
  indeterminate?: boolean;
}

/** A native checkbox, 16 px to the eye and 28 px to the finger. */
export function Checkbox({ indeterminate = false, className, ...props }: CheckboxProps) {
  return (
    <span className={cn("relative inline-flex size-7 items-center justify-center", className)}>
      <input
        type="checkbox"
        className="peer absolute inset-0 m-0 cursor-pointer appearance-none rounded-md"
        ref={(input) => {
          if (input) input.indeterminate = indeterminate;
        }}
        {...props}
      />
      <span
        aria-hidden
        className="pointer-events-none size-4 rounded-[5px] border border-ink-3 bg-surface transition-colors duration-75 peer-checked:border-accent peer-checked:bg-accent peer-indeterminate:border-accent peer-indeterminate:bg-accent"
      />
      <svg
        aria-hidden="true"
        viewBox="0 0 16 16"
        className="pointer-events-none absolute hidden size-4 text-accent-ink peer-checked:block peer-indeterminate:hidden"
      >
        <path
          d="M4 8.3l2.6 2.6L12 5.4"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <svg
        aria-hidden="true"
        viewBox="0 0 16 16"
        className="pointer-events-none absolute hidden size-4 text-accent-ink peer-indeterminate:block"
      >
        <path d="M4.5 8h7" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
      </svg>
    </span>
  );
}

/** A checkbox with its words; the whole line is the target. */
export function CheckField({ className, children, ...props }: CheckboxProps & { children: React.ReactNode }) {
  const id = useId();
  return (
    <label htmlFor={id} className={cn("flex min-h-8 items-center gap-1 text-sm", className)}>
      <Checkbox id={id} {...props} />
      {children}
    </label>
  );
}
