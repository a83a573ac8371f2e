import { eventsHandler } from "#server/api/live.ts";

export { eventsHandler as GET };
