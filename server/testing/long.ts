/** Whether the runs on request go on: more cases, more kills, for many minutes. */
export const LONG = process.env.LONG === "1";
