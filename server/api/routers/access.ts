import { ask, read, router, write } from "#server/api/trpc.ts";
import { askAccess } from "#server/domain/access/ask-access.ts";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { changeRole } from "#server/domain/access/change-role.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { deleteRole } from "#server/domain/access/delete-role.ts";
import { explainAccess, whoCan } from "#server/domain/access/explain-access.ts";
import { whatCan } from "#server/domain/access/list-holdings.ts";
import { listRoleNames, listRoles } from "#server/domain/access/list-roles.ts";
import { listUnused, listUnusedByRole } from "#server/domain/access/list-unused.ts";
import { askable, listAsked } from "#server/domain/access/prepare-ask.ts";
import { listAssignments, whoAmI } from "#server/domain/access/queries.ts";
import { replayDecisions } from "#server/domain/access/replay-decisions.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { simulateAccess } from "#server/domain/access/simulate-access.ts";

export const access = router({
  whoAmI: read(whoAmI),
  roles: read(listRoles),
  roleNames: read(listRoleNames),
  unused: read(listUnused),
  unusedByRole: read(listUnusedByRole),
  assignments: read(listAssignments),
  explain: read(explainAccess),
  whoCan: read(whoCan),
  whatCan: read(whatCan),
  askable: read(askable),
  asked: read(listAsked),
  ask: write(askAccess),
  assign: write(assignRole),
  revoke: write(revokeRole),
  simulate: ask(simulateAccess),
  replayDecisions: ask(replayDecisions),
  createRole: write(createRole),
  changeRole: write(changeRole),
  deleteRole: write(deleteRole),
});
