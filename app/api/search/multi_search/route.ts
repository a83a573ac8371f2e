import { searchHandler } from "#server/api/search.ts";

export { searchHandler as POST };
