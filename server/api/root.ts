import { access } from "#server/api/routers/access.ts";
import { approvals } from "#server/api/routers/approvals.ts";
import { bulks } from "#server/api/routers/bulks.ts";
import { router } from "#server/api/trpc.ts";

export const appRouter = router({ access, approvals, bulks });
export type AppRouter = typeof appRouter;
