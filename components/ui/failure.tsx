import { CircleAlert } from "lucide-react";

/** What went wrong with a form, said to whoever cannot see it too. */
export function Failure({ said }: { said: string | null }) {
  return (
    <div aria-live="polite" className="empty:hidden">
      {said ? (
        <p className="flex items-start gap-2 rounded-md bg-bad-soft px-3 py-2 text-sm">
          <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
          {said}
        </p>
      ) : null}
    </div>
  );
}
