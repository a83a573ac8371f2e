/** What is being written, kept in this browser: a reload, a failure or an ended session loses nothing of it. */

const PREFIX = "countersign.draft.";
const KEPT_MS = 14 * 86_400_000;
const CHARACTERS_MAX = 200_000;

export interface Kept<T> {
  readonly value: T;
  readonly at: number;
}

export const draftKey = (personId: string, about: string) => `${PREFIX}${personId}.${about}`;

/** Some browsers refuse a store altogether, and every store is full one day: then nothing is kept. */
function attempt<T>(act: (store: Storage) => T): T | null {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

export function readKept<T>(key: string, now = Date.now()): Kept<T> | null {
  return attempt((store) => {
    const text = store.getItem(key);
    if (text === null) return null;
    const { value, at } = JSON.parse(text) as Kept<T>;
    return typeof at === "number" && now - at < KEPT_MS ? { value, at } : null;
  });
}

export function keep<T>(key: string, value: T, now = Date.now()): void {
  const text = JSON.stringify({ value, at: now });
  if (text.length <= CHARACTERS_MAX) attempt((store) => store.setItem(key, text));
}

export const forget = (key: string): void => void attempt((store) => store.removeItem(key));

/** Whoever signs out leaves nothing behind. */
export const forgetAll = (): void =>
  void attempt((store) => {
    for (const key of Object.keys(store)) if (key.startsWith(PREFIX)) store.removeItem(key);
  });
