import { createHash, randomBytes } from "node:crypto";
import { v7 } from "uuid";

/** UUIDv7, monotonic within a process: ids made later in one batch sort later. */
export function uuidv7(): string {
  return v7();
}

/** 256 random bits for a cookie or a link, of which the database keeps the SHA-256 and nothing else. */
export const newToken = (): string => randomBytes(32).toString("base64url");
export const tokenHash = (token: string): string => createHash("sha256").update(token).digest("hex");
