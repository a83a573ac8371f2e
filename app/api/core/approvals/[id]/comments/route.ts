import { comment } from "#server/api/core/approvals.ts";
import { route } from "#server/api/rest.ts";

export const { GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS } = route(comment);
