import { resume } from "#server/api/core/bulks.ts";
import { route } from "#server/api/rest.ts";

export const { GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS } = route(resume);
