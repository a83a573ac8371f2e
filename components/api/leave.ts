/** One way out is enough: what fails on the way asks no second time. */
const ONCE_MS = 3_000;
let left = Number.NEGATIVE_INFINITY;

let heldUntil = Number.NEGATIVE_INFINITY;

/** While this browser's token is replaced, what was asked with the one before says nothing of the session. */
export function holdLeaving(): () => void {
  heldUntil = Number.POSITIVE_INFINITY;
  return () => {
    heldUntil = performance.now() + 1_000;
  };
}

/** A session that ended: sign in again, and come back to this very page. */
export function leaveToSignIn(): void {
  if (performance.now() - left < ONCE_MS || performance.now() < heldUntil) return;
  left = performance.now();
  const { pathname, search } = window.location;
  window.location.assign(`/sign-in?callbackUrl=${encodeURIComponent(pathname + search)}`);
}
