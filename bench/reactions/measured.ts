/** What the processes of the measurement say to one another. */

export const FLOOR = "bench_floor";
export const FLOOR_CHANNEL = "bench_floor_new";

/** Milliseconds with a part of one, by the clock that the database has too. */
export const now = () => performance.timeOrigin + performance.now();

/** Milliseconds from the row to who reacts. */
export interface Heard {
  readonly inbox: readonly number[];
  readonly floor: readonly number[];
}
export type Question = "count" | "report";

/** When an event was heard of as a change, or a session as ended, by its id. */
export type LiveHeard = readonly (readonly [id: string, at: number])[];
