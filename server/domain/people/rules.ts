import type { Permission } from "#server/domain/access/rules.ts";

/** Both kinds of administrator need to find people; what each may do with them, the commands say. */
export const ADMINISTERS = ["people:write", "access:write"] as const satisfies readonly Permission[];

export const MEMBER_STATUSES = ["ACTIVE", "DISABLED", "ENDED"] as const;
export type MemberStatus = (typeof MEMBER_STATUSES)[number];
export const NOT_LEFT = ["ACTIVE", "DISABLED"] as const satisfies readonly MemberStatus[];

/** How long an invitation's link works, how many a tenant may have open, and how many mails an address gets an hour. */
export const INVITATION_HOURS = 72;
export const INVITATIONS_MAX = 1000;
export const INVITATIONS_PER_HOUR = 5;

/** What a page of members shows of each one's roles; the page of the person has them all. */
export const ROLES_SHOWN = 20;
