import { uploadHandler } from "#server/api/imports.ts";

export { uploadHandler as POST };
