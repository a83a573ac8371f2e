export const AUDIT_CLASSES = ["CHANGE", "READ", "SECURITY", "EXTERNAL"] as const;
export type AuditClass = (typeof AUDIT_CLASSES)[number];
