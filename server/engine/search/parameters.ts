import { Problem } from "#server/engine/problem.ts";

/** The parameters of one search, as text, whatever they were sent as. */
export type Parameters = ReadonlyMap<string, string>;

/** Of a search in a body. Lists and objects are no values of a parameter. */
export function parametersOf(raw: Readonly<Record<string, unknown>>): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      throw new Problem(400, "One or more search parameters are malformed.");
    parameters.set(name, String(value));
  }
  return parameters;
}

const UNSIGNED = /^\d{1,9}$/;

export function unsigned(parameters: Parameters, name: string, otherwise: number): number {
  const value = parameters.get(name);
  if (value === undefined || value === "") return otherwise;
  if (!UNSIGNED.test(value)) throw new Problem(400, `Parameter \`${name}\` must be an unsigned integer.`);
  return Number(value);
}

/** What stands between commas, but for those in parentheses and brackets. */
export function list(text: string | undefined): string[] {
  const found: string[] = [];
  let depth = 0;
  let item = "";
  for (const sign of text ?? "") {
    if (sign === "(" || sign === "[") depth++;
    if (sign === ")" || sign === "]") depth--;
    if (sign === "," && depth <= 0) {
      found.push(item.trim());
      item = "";
    } else item += sign;
  }
  found.push(item.trim());
  return found.filter((one) => one !== "");
}

/** What stands in the parentheses after a name. */
export function withOptions(text: string): { name: string; options: string } {
  const open = text.indexOf("(");
  if (open < 0 || !text.endsWith(")")) return { name: text, options: "" };
  return { name: text.slice(0, open).trim(), options: text.slice(open + 1, -1) };
}
