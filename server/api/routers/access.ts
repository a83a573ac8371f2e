import { read, router, write } from "#server/api/trpc.ts";
import { askAccess } from "#server/domain/access/ask-access.ts";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { explainAccess, whatCan, whoCan } from "#server/domain/access/explain-access.ts";
import { askable, listAsked } from "#server/domain/access/prepare-ask.ts";
import { listAssignments, listRoles, whoAmI } from "#server/domain/access/queries.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";

export const access = router({
  whoAmI: read(whoAmI),
  roles: read(listRoles),
  assignments: read(listAssignments),
  explain: read(explainAccess),
  whoCan: read(whoCan),
  whatCan: read(whatCan),
  askable: read(askable),
  asked: read(listAsked),
  ask: write(askAccess),
  assign: write(assignRole),
  revoke: write(revokeRole),
});
