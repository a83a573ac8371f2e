import { read, router } from "#server/api/trpc.ts";
import { auditChoices, getAudit, listAudit } from "#server/domain/audit/queries.ts";

export const audit = router({ list: read(listAudit), get: read(getAudit), choices: read(auditChoices) });
