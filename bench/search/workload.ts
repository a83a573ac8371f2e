/** Documents and keystrokes, the same in every run. */

export interface Document {
  readonly id: string;
  readonly title: string;
  readonly requester: string;
  readonly kind: string;
  readonly state: string;
  readonly org: string;
  readonly amount: number;
  readonly created_at: number;
}

/** What has been typed so far; of one in ten a letter is wrong. */
export interface Question {
  readonly words: string;
  readonly isMistyped: boolean;
}

export const FACETS = ["kind", "org"] as const;
export const STATE = "PENDING";
export const PER_PAGE = 50;

const SYLLABLES = ["ka", "lo", "mi", "ren", "tos", "vel", "dan", "qui", "sor", "pa", "bre", "zu"];
const KINDS = ["car", "house", "travel", "card"];
const STATES = [STATE, "APPROVED", "REJECTED"];
const ORGS = ["CA", "NY", "TX", "WA"];
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const WORDS = 4_000;
const MISTYPED_EVERY = 10;
/** From so many letters on one may be wrong. */
const MISTYPED_FROM = 5;

function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function workload(size: number, questions: number): { documents: Document[]; questions: Question[] } {
  const roll = dice(7);
  const pick = (list: readonly string[]) => list[roll(list.length)] as string;
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 2 + roll(3) }, () => pick(SYLLABLES)).join(""),
  );
  /** Few words are frequent, as in any language. */
  const someWord = () => words[Math.floor((roll(1_000) / 1_000) ** 3 * words.length)] as string;
  const documents = Array.from({ length: size }, (_, id) => ({
    id: `${id}`,
    title: Array.from({ length: 4 + roll(4) }, someWord).join(" "),
    requester: `${someWord()} ${someWord()}`,
    kind: pick(KINDS),
    state: pick(STATES),
    org: pick(ORGS),
    amount: roll(1_000_000),
    created_at: 1_700_000_000_000 + roll(1_000_000_000),
  }));
  const mistype = (word: string) => {
    const at = 1 + roll(word.length - 2);
    return `${word.slice(0, at)}${LETTERS[roll(LETTERS.length)]}${word.slice(at + 1)}`;
  };
  /** One or two words of a title, the last one to its third letter or to its end; what is mistyped is typed to its end. */
  const question = (_: unknown, at: number): Question => {
    const some = (documents[roll(size)]?.title ?? "").split(" ").slice(0, 1 + (at % 2));
    const last = some.pop() ?? "";
    const isMistyped = at % MISTYPED_EVERY === 0 && last.length >= MISTYPED_FROM;
    const typed = isMistyped ? mistype(last) : at % 3 === 0 ? last : last.slice(0, 3);
    return { words: [...some, typed].join(" "), isMistyped };
  };
  return { documents, questions: Array.from({ length: questions }, question) };
}
