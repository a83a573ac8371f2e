import { read, router, write, writeUnkept } from "#server/api/trpc.ts";
import { createClient } from "#server/domain/service-clients/create-client.ts";
import { issueToken } from "#server/domain/service-clients/issue-token.ts";
import { getClient, listClients } from "#server/domain/service-clients/queries.ts";
import { revokeToken } from "#server/domain/service-clients/revoke-token.ts";
import { rotateToken } from "#server/domain/service-clients/rotate-token.ts";
import { setClientStatus } from "#server/domain/service-clients/set-client-status.ts";
import { updateClient } from "#server/domain/service-clients/update-client.ts";

export const serviceClients = router({
  list: read(listClients),
  get: read(getClient),
  create: write(createClient),
  update: write(updateClient),
  setStatus: write(setClientStatus),
  issueToken: writeUnkept(issueToken),
  rotateToken: writeUnkept(rotateToken),
  revokeToken: write(revokeToken),
});
