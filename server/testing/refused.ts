import { Refusal } from "#server/domain/refusals.ts";

/** What a call was refused with; whatever else it did is thrown. */
export async function refused(call: Promise<unknown>): Promise<{ code: string; facts: Record<string, unknown> }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, facts: { ...error.facts } };
    throw error;
  }
  throw new Error("it was not refused");
}

export const codeOf = async (call: Promise<unknown>): Promise<string> => (await refused(call)).code;
