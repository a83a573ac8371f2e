import { importProblemsHandler } from "#server/api/downloads.ts";

export { importProblemsHandler as GET };
