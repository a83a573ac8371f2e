import { v7 } from "uuid";

/** UUIDv7, monotonic within a process: ids made later in one batch sort later. */
export function uuidv7(): string {
  return v7();
}
