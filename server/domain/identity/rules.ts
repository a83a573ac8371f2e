import { plainText } from "#server/domain/sessions/rules.ts";

/** What the console and its mails are written in. */
export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

/** One of ours, whatever is given. */
export const languageOf = (given: string | null): Language => LANGUAGES.find((known) => known === given) ?? "en";

/** The choice of the sign-in page, made before anybody is known. */
export const LANGUAGE_COOKIE = "countersign.language";

/** How long an (address, account) waits after its nth failure in a row: nothing for two, then 1, 2, 4 … 300 s. */
export const FREE_FAILURES = 2;
export const DELAY_MAX_SECONDS = 300;

export const delayAfter = (failures: number, free = FREE_FAILURES, max = DELAY_MAX_SECONDS): number =>
  failures <= free ? 0 : Math.min(2 ** (failures - free - 1), max);

/** Whose tries are counted together: an IPv4 address, or the /64 that one IPv6 customer can choose from. */
export function source(address: string): string {
  const plain = plainText(address, 100);
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::", 2);
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const [left, right] = [groups(head), groups(tail)];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const all = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${all
    .slice(0, 4)
    .map((g) => g.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`.slice(0, 100);
}

const FOREIGN = /^\/[/\\]|[\p{Cc}\\]/u;

/** A path on this site, or nothing: it begins with one slash, and no browser or decoder reads a host into it. */
export function safePath(target: string | null | undefined): string | null {
  if (!target?.startsWith("/") || FOREIGN.test(target)) return null;
  const [path = ""] = target.split(/[?#]/, 1);
  try {
    return FOREIGN.test(decodeURIComponent(path)) ? null : target;
  } catch {
    return null;
  }
}

/** However it is written at sign-in: the address under which a person is known. */
export const accountOf = (email: string): string =>
  email.slice(0, 400).normalize("NFC").trim().toLowerCase().replaceAll("\u0000", "").slice(0, 320);

/**
 * Beyond this many failures in a row, from whatever addresses, an account waits too, so that guesses from many addresses
 * stay under 100 an hour. A device that its owner signed in with before is counted by itself: nobody is locked out.
 */
export const FREE_ACCOUNT_FAILURES = 20;
export const ACCOUNT_DELAY_MAX_SECONDS = 60;

/** Characters, not bytes: spaces, accents and signs count as one each. */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 256;

/** What is wrong with the length of a password; nothing else is asked of what it is made of. */
export function lengthFlaw(password: string): "short" | "long" | null {
  if ([...password].length < PASSWORD_MIN) return "short";
  return password.length > PASSWORD_MAX ? "long" : null;
}

const PRODUCT = "Countersign";
const NAME_PART_MIN = 4;
const bare = (text: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
/** Years, exclamation marks and the like around a name make it no harder to guess. */
const core = (text: string) => bare(text).replace(/^\p{N}+|\p{N}+$/gu, "");

/** Whose password it would be, and of which tenants: what is guessed first. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
  readonly tenants: readonly string[];
}

/** Whether a password is its owner's e-mail, their name, or the name of the product or of a tenant of theirs. */
export function isPersonal(password: string, { email, name, tenants }: PasswordOwner): boolean {
  const words = [
    email,
    email.split("@", 1)[0] ?? "",
    name,
    PRODUCT,
    ...tenants,
    ...name.split(/\s+/).filter((part) => part.length >= NAME_PART_MIN),
  ];
  const given = [bare(password), core(password)];
  return words.some(
    (word) => word !== "" && [bare(word), core(word)].some((known) => known !== "" && given.includes(known)),
  );
}

/** How long a link that sets a new password works, and one that says "this was not me". */
export const RESET_MINUTES = 30;
export const NOT_ME_DAYS = 7;

/** Between two resets that are mailed to one account. Shorter than a link works: who is sent none has one that does. */
export const RESET_PAUSE_MINUTES = 10;

/** Devices that are remembered of a person: who was longest away is forgotten first, and who was away for so long. */
export const DEVICES_MAX = 50;
export const DEVICE_DAYS = 400;
/** Beside a password: whoever has one is asked for it too. A passkey verifies its owner, and is both by itself. */
export const SECOND_FACTORS = ["totp", "passkey"] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** What is told by mail of what somebody has beside a password. */
export const FACTOR_CHANGES = ["totpAdded", "totpRemoved", "passkeyAdded", "passkeyRemoved", "codesRenewed"] as const;
export type FactorChange = (typeof FACTOR_CHANGES)[number];

/** What somebody can prove themselves with. */
export type Proof = "password" | SecondFactor;

export const CHALLENGE_MINUTES = 5;
export const CHALLENGE_TRIES = 5;
export const RECOVERY_CODES = 10;
export const PASSKEYS_MAX = 20;

/** Whether a proof of identity is recent enough for what is sensitive (S9): using a session does not renew it. */
export const isFresh = (provenAt: number | null | undefined, minutes: number, now = Date.now()): boolean =>
  now < (provenAt ?? 0) + minutes * 60_000;

// Crockford's base32: no I, L, O or U that could be read as something else.
const RECOVERY_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

/** 120 random bits as one writes them down: six groups of four. */
export function recoveryCode(random: Uint8Array): string {
  const letters = [...random.subarray(0, 24)].map((byte) => RECOVERY_LETTERS[byte % 32]);
  return (letters.join("").match(/.{4}/g) ?? []).join("-");
}

/** A code as it is kept, however it was typed; null for what is none. */
export function recoveryText(typed: string): string | null {
  const text = typed.toLowerCase().replace(/[\s-]/g, "").replaceAll("o", "0").replace(/[il]/g, "1");
  return /^[0-9a-hjkmnp-tv-z]{24}$/.test(text) ? text : null;
}
