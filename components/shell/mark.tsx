/** The product's mark: one tick, countersigned by a second. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g fill="none" strokeWidth="2.8" strokeLinecap="round" strokeLinejoin="round" className="stroke-accent-ink">
        <path d="M7.5 16.5l4.6 4.6L21 10.4" />
        <path d="M15.8 21.1L24.7 10.4" opacity="0.6" />
      </g>
    </svg>
  );
}
