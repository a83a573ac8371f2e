import { bulkOutcomesHandler } from "#server/api/downloads.ts";

export { bulkOutcomesHandler as GET };
