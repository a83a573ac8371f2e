import "server-only";
import { parseEnvironment } from "./environment.ts";

export const env = parseEnvironment(process.env);
