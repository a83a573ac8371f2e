import { NotFoundNotice } from "#components/shell/not-found-notice.tsx";

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas">
      <NotFoundNotice />
    </main>
  );
}
