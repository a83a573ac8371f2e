export const SESSION_STATUSES = ["ACTIVE", "EXPIRED", "REVOKED"] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** Why a session ended: its time was over, or somebody or something ended it before. */
export const END_REASONS = [
  "expired",
  "signed_out",
  "token_reused",
  "revoked",
  "revoked_by_owner",
  "limit",
  "membership_disabled",
  "membership_ended",
  "person_disabled",
  "password_changed",
  "password_reset",
  "not_me",
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** So many are ended by one commit, and written down as expired by one; a larger set goes on after it. */
export const REVOKE_MAX = 1000;
export const EXPIRE_MAX = 1000;
/** So many are confirmed at once, and as long a set that was not ended is kept. */
export const SET_MAX = 100_000;
export const SET_KEPT_HOURS = 24;

/** Of one person in a tenant that says nothing else, and at most; beyond it the one that was seen longest ago ends. */
export const CONCURRENT_DEFAULT = 10;
export const CONCURRENT_MAX = 100;
export const IDLE_MIN_MINUTES = 5;
/** Of a tenant that says nothing else: a set of more is decided only after a recent proof of who decides. */
export const STEP_UP_BULK_DEFAULT = 1000;

export const DEVICE_NAME_MAX = 80;
export const LOCATION_MAX = 100;
/** Browsers and people that a filter offers. */
export const CHOICES_MAX = 100;

export interface Lifetimes {
  readonly idleMinutes: number;
  readonly absoluteHours: number;
}

/** What a tenant says of its sessions; null where it says nothing. */
export interface TenantLimits {
  readonly idleMinutes: number | null;
  readonly absoluteHours: number | null;
  readonly concurrent: number | null;
}

/** What holds: the tenant's word, as far as it is stricter than the installation's. */
export const limitsThatHold = (own: TenantLimits | null, installation: Lifetimes) => ({
  idleMinutes: Math.min(own?.idleMinutes ?? installation.idleMinutes, installation.idleMinutes),
  absoluteHours: Math.min(own?.absoluteHours ?? installation.absoluteHours, installation.absoluteHours),
  concurrent: own?.concurrent ?? CONCURRENT_DEFAULT,
});

/** A browser without its version: "Chrome 142.0.0.0" is a Chrome. */
export const browserFamily = (browser: string): string => browser.replace(/ [\d.]+$/, "");

const V4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const BITS = /^(0|[1-9]\d{0,2})$/;

/** An address, or a range of them with the length of its prefix, as the database reads one. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const most = V4.test(address)
    ? 32
    : /^[\da-f:.]*:[\da-f:.]*$/i.test(address) && URL.canParse(`http://[${address}]`)
      ? 128
      : -1;
  return more.length === 0 && most > 0 && (bits === undefined || (BITS.test(bits) && Number(bits) <= most));
}

/** Whatever bytes a stranger or a proxy sent, as text that can be kept and shown: one line, whole characters, at most `max` of them (S10). */
export const plainText = (given: string, max: number): string =>
  given
    .toWellFormed()
    .replace(/\p{Cc}/gu, "")
    .normalize("NFC")
    .trim()
    .slice(0, max)
    .toWellFormed();
