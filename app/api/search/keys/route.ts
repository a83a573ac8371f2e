import { searchKeysHandler } from "#server/api/search.ts";

export { searchKeysHandler as POST };
