import "server-only";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { env } from "#server/platform/env.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

// Derived anew each time: microseconds, and no key lies about in a variable of the module.
const key = () => Buffer.from(hkdfSync("sha256", env.SEAL_KEY ?? env.AUTH_SECRET, "countersign", "seals v1", 32));

/** AES-256-GCM under the installation's key. It opens only for the same `context`: a row copied elsewhere stays shut. */
export function seal(plain: string, context: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key(), nonce).setAAD(Buffer.from(context));
  return Uint8Array.from(Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]));
}

/** What was sealed; null when it is not whole, not for this context, or of another key. */
export function unseal(sealed: Uint8Array, context: string): string | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv("aes-256-gcm", key(), sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
  } catch {
    return null;
  }
}
