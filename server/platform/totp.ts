import "server-only";
import { generateSecret, generateURI, verifySync } from "otplib";
import encodeQR from "qr";

const PERIOD_SECONDS = 30;

/** 160 random bits, in the base32 that authenticator apps take by hand. */
export const newTotpSecret = (): string => generateSecret({ length: 20 });

/** What an authenticator app reads: six digits every 30 seconds. */
export const totpAddress = (secret: string, label: string): string =>
  generateURI({ issuer: "Countersign", label, secret });

/** The time step that the code is of, one before and one after now included; null when it is of none. */
export function totpStep(secret: string, code: string): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const result = verifySync({ secret, token: code, epochTolerance: PERIOD_SECONDS });
  return result.valid && "timeStep" in result ? result.timeStep : null;
}

/** A QR code as the path of its dark modules in a square of `size`: no picture that a policy would have to let in. */
export function qrPath(text: string): { size: number; path: string } {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: 2 });
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return { size: rows.length, path };
}
