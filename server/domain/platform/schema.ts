import { z } from "zod";
import { PLATFORM_PERMISSIONS } from "#server/domain/platform/rules.ts";
import { uuid } from "#server/domain/schema.ts";

export const platformInput = z.strictObject({ personId: uuid, permission: z.enum(PLATFORM_PERMISSIONS) });
