import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { v7 } from "uuid";

/** UUIDv7, monotonic within a process: ids made later in one batch sort later. */
export function uuidv7(): string {
  return v7();
}

/** 256 random bits for a cookie or a link, of which the database keeps the SHA-256 and nothing else. */
export const newToken = (): string => randomBytes(32).toString("base64url");
export const tokenHash = (token: string): string => createHash("sha256").update(token).digest("hex");

const SERVICE_TOKEN = /^cs_[A-Za-z0-9_-]{43}[0-9a-z]{7}$/;
const checksum = (secret: string): string => crc32(secret).toString(36).padStart(7, "0");

/** A token of a service client: scanners for secrets know it by its beginning, and by its last 7 from anything alike. */
export function newServiceToken(): string {
  const secret = `cs_${newToken()}`;
  return `${secret}${checksum(secret)}`;
}

/** Whether it can be one at all: what cannot is not looked up. */
export const isServiceToken = (sent: string): boolean =>
  SERVICE_TOKEN.test(sent) && sent.endsWith(checksum(sent.slice(0, -7)));
