import { randomBytes } from "node:crypto";

/** Where the console is, and what decides its policy. */
export interface Site {
  readonly appUrl: string;
  /** Where browsers ask the search engine themselves, if they do. */
  readonly searchUrl?: string | undefined;
  readonly isDevelopment: boolean;
}

/** What every answer tells a browser, whatever it is. */
export function standingHeaders({ appUrl }: Site): Record<string, string> {
  return {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ...(appUrl.startsWith("https:") ? { "strict-transport-security": "max-age=63072000; includeSubDomains" } : {}),
  };
}

/** Data is no page: nothing in it runs, loads or is framed. */
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const newNonce = (): string => randomBytes(16).toString("base64");

/**
 * The content security policy of an answer, a new one for each. Scripts run by their nonce or because one that does
 * brought them; styles may stand in the page, since sizes and places are computed in it and toasts bring their own.
 */
export function contentPolicy(path: string, nonce: string, { appUrl, searchUrl, isDevelopment }: Site): string {
  if (path.startsWith("/api/") || path === "/health") return DATA_POLICY;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    `connect-src 'self'${searchUrl ? ` ${new URL(searchUrl).origin}` : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(appUrl.startsWith("https:") ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}
