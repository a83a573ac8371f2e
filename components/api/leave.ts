/** One way out is enough: what fails on the way asks no second time. */
const ONCE_MS = 3_000;
let left = Number.NEGATIVE_INFINITY;

/** A session that ended: sign in again, and come back to this very page. */
export function leaveToSignIn(): void {
  if (performance.now() - left < ONCE_MS) return;
  left = performance.now();
  const { pathname, search } = window.location;
  window.location.assign(`/sign-in?callbackUrl=${encodeURIComponent(pathname + search)}`);
}
