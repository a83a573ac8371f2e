import { openApi } from "#server/api/openapi.ts";
import { documentRoute } from "#server/api/rest.ts";

export const { GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS } = documentRoute(openApi);
