import { Button } from "#components/ui/button.tsx";

interface MoreProps {
  /** Of the list that goes on. */
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
  className?: string;
  children: React.ReactNode;
}

/** Below a list, where it goes on. */
export function More({
  query: { hasNextPage, isFetchingNextPage, fetchNextPage },
  className = "p-4",
  children,
}: MoreProps) {
  if (!hasNextPage) return null;
  return (
    <div className={`flex justify-center ${className}`}>
      {/* Not disabled: it would lose the focus of whoever goes on by keyboard. */}
      <Button
        aria-disabled={isFetchingNextPage}
        className="aria-disabled:cursor-not-allowed aria-disabled:opacity-50"
        onClick={() => !isFetchingNextPage && void fetchNextPage()}
      >
        {children}
      </Button>
    </div>
  );
}
