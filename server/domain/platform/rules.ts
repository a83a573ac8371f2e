/** What somebody may do to the installation. A type of its own: no check of a tenant takes one, and no role holds one. */
export const PLATFORM_PERMISSIONS = [
  "platform:people", // keep a person out of every tenant, and let them in again
  "platform:grant", // give these, and take them away
] as const;

export type PlatformPermission = (typeof PLATFORM_PERMISSIONS)[number];
