import { trpcHandler } from "#server/api/handlers.ts";

export { trpcHandler as GET, trpcHandler as POST };
