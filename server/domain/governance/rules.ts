export const OUTCOMES = ["ALLOW", "DENY"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why the check said what it said, beyond the grants: the program itself, a caller about themselves, a narrowed session, who is kept out. */
export const REASONS = ["GRANTS", "PROGRAM", "SELF", "OUTSIDE", "ESCALATION", "BARRED"] as const;
export type Reason = (typeof REASONS)[number];
