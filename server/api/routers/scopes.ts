import { read, router, write } from "#server/api/trpc.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { listScopes } from "#server/domain/access/queries.ts";
import { renameScope } from "#server/domain/access/rename-scope.ts";

export const scopes = router({ list: read(listScopes), create: write(createScopes), rename: write(renameScope) });
