import { read, router } from "#server/api/trpc.ts";
import { whoAmI } from "#server/domain/access/queries.ts";

export const access = router({ whoAmI: read(whoAmI) });
