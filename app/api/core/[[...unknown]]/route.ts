import { route } from "#server/api/rest.ts";

export const { GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS } = route();
