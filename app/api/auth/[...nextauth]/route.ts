import { authHandler } from "#server/api/handlers.ts";

export { authHandler as GET, authHandler as POST };
