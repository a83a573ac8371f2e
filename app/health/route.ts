import { health } from "#server/api/handlers.ts";

export const dynamic = "force-dynamic";
export { health as GET };
