/** Amounts are integers in minor units; two decimals are shown. */
const SCALE = 2;
const PATTERN = /^(-?)(\d{1,16})(?:\.(\d{1,2}))?$/;

/** A decimal as a person types it, in minor units; null when it is none. */
export function parseAmount(text: string): string | null {
  const parts = PATTERN.exec(text.trim().replaceAll(",", ""));
  if (!parts) return null;
  const [, sign = "", whole = "", fraction = ""] = parts;
  return String(BigInt(`${sign}${whole}${fraction.padEnd(SCALE, "0")}`));
}

/** Minor units as a plain decimal: exact, as no number ever holds them. */
export function plainAmount(minor: string): `${number}` {
  const negative = minor.startsWith("-");
  const digits = (negative ? minor.slice(1) : minor).padStart(SCALE + 1, "0");
  return `${negative ? "-" : ""}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}` as `${number}`;
}

const formats = new Map<string, Intl.NumberFormat>();

/** Making a format costs more than formatting a page with it, so each locale's is kept. */
function formatOf(locale: string): Intl.NumberFormat {
  const kept =
    formats.get(locale) ??
    new Intl.NumberFormat(locale, { minimumFractionDigits: SCALE, maximumFractionDigits: SCALE });
  formats.set(locale, kept);
  return kept;
}

export const formatAmount = (minor: string, locale: string) => formatOf(locale).format(plainAmount(minor));

/** `debt_consolidation` as a person reads it. Types are the tenant's own words, so there is no list to translate. */
export function typeLabel(type: string): string {
  const words = type.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
