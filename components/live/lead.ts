/** Of the tabs of one browser exactly one leads; when it is gone another does at once. */

const LOCK = "countersign.live";

/** Without locks every tab that is seen leads itself: browsers open few connections to one server. */
function leadWhileSeen(begin: () => () => void): () => void {
  let end: (() => void) | undefined;
  const look = () => {
    if (document.hidden) {
      end?.();
      end = undefined;
    } else end ??= begin();
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    end?.();
  };
}

export const mayElect = (): boolean => "locks" in navigator && typeof BroadcastChannel === "function";

export interface Candidacy {
  /** Leads from now on, whoever did until now: the leader does not answer. */
  takeOver(): void;
  stop(): void;
}

/** Calls `begin` once this tab leads, and what that returned when it no longer does. */
export function stand(begin: () => () => void): Candidacy {
  if (!mayElect()) return { takeOver: () => {}, stop: leadWhileSeen(begin) };
  let leads = false;
  let given = new AbortController();

  const run = (steal: boolean) => {
    const candidacy = new AbortController();
    given = candidacy;
    const hold = () => {
      leads = true;
      const end = begin();
      candidacy.signal.addEventListener("abort", end);
      return new Promise<void>((resolve) => candidacy.signal.addEventListener("abort", () => resolve()));
    };
    navigator.locks
      .request(LOCK, steal ? { steal } : { signal: candidacy.signal }, hold)
      .catch(() => undefined) // taken away, or given up before it was granted
      .then(() => {
        leads = false;
        if (candidacy.signal.aborted) return;
        candidacy.abort();
        run(false);
      });
  };
  run(false);
  return {
    takeOver: () => {
      if (leads) return;
      given.abort();
      run(true);
    },
    stop: () => given.abort(),
  };
}
