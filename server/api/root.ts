import { access } from "#server/api/routers/access.ts";
import { approvals } from "#server/api/routers/approvals.ts";
import { audit } from "#server/api/routers/audit.ts";
import { bulks } from "#server/api/routers/bulks.ts";
import { factors } from "#server/api/routers/factors.ts";
import { governance } from "#server/api/routers/governance.ts";
import { imports } from "#server/api/routers/imports.ts";
import { messages } from "#server/api/routers/messages.ts";
import { outbox } from "#server/api/routers/outbox.ts";
import { password } from "#server/api/routers/password.ts";
import { people } from "#server/api/routers/people.ts";
import { policies } from "#server/api/routers/policies.ts";
import { profile } from "#server/api/routers/profile.ts";
import { scopes } from "#server/api/routers/scopes.ts";
import { serviceClients } from "#server/api/routers/service-clients.ts";
import { sessions } from "#server/api/routers/sessions.ts";
import { signIn } from "#server/api/routers/sign-in.ts";
import { router } from "#server/api/trpc.ts";

export const appRouter = router({
  access,
  approvals,
  audit,
  bulks,
  governance,
  factors,
  imports,
  messages,
  outbox,
  password,
  people,
  policies,
  profile,
  scopes,
  serviceClients,
  sessions,
  signIn,
});
export type AppRouter = typeof appRouter;
