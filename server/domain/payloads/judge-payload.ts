import type { ErrorObject, SchemaObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import type { ProblemCode } from "#server/domain/payloads/rules.ts";
import { FORMAT_CHECKS } from "#server/domain/payloads/rules.ts";
import type { Issue } from "#server/domain/refusals.ts";

/**
 * The validator writes code for each schema: only what the rules have passed comes here, so that names are words and
 * nothing loops but the payload. Inherited keys are none of a payload's.
 */
const ajv = new Ajv2020({
  allErrors: true,
  ownProperties: true,
  meta: false,
  validateSchema: false,
  formats: FORMAT_CHECKS,
});

/** Policy versions never change, so what was compiled once is kept; at most this many. */
const COMPILED_MAX = 500;
const compiled = new Map<string, ValidateFunction>();

function validatorOf(policyVersionId: string, schema: PayloadSchema): ValidateFunction {
  const known = compiled.get(policyVersionId);
  if (known) return known;
  const validate = ajv.compile(schema as SchemaObject);
  ajv.removeSchema(schema); // else it would be kept there as well, without a limit
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(policyVersionId, validate);
  return validate;
}

const CODES: Readonly<Record<string, ProblemCode>> = {
  required: "required",
  type: "invalid_type",
  enum: "invalid_value",
  minLength: "too_small",
  minimum: "too_small",
  minItems: "too_small",
  maxLength: "too_big",
  maximum: "too_big",
  maxItems: "too_big",
  format: "invalid_format",
  additionalProperties: "unrecognized_key",
};

const ISSUES_MAX = 50;
const NAME_MAX = 100;

function issueOf({ keyword, instancePath, params, message }: ErrorObject): Issue {
  const parts = instancePath.split("/").slice(1);
  const named = keyword === "required" ? params.missingProperty : params.additionalProperty;
  if (keyword === "required" || keyword === "additionalProperties") parts.push(String(named).slice(0, NAME_MAX));
  const said =
    keyword === "required" ? "is required" : keyword === "additionalProperties" ? "is no field of this type" : message;
  return { path: parts.join("."), code: CODES[keyword] ?? "invalid_value", message: said ?? "does not fit" };
}

/** Where a payload does not fit what its policy version asks of it, each by its path below the payload. */
export function payloadIssues(
  policy: { readonly id: string; readonly payloadSchema: PayloadSchema | null },
  payload: Readonly<Record<string, unknown>>,
): Issue[] {
  if (policy.payloadSchema === null) return [];
  const validate = validatorOf(policy.id, policy.payloadSchema);
  if (validate(payload)) return [];
  const issues = (validate.errors ?? []).map(issueOf);
  const mistyped = new Set(issues.flatMap(({ path, code }) => (code === "invalid_type" ? [path] : [])));
  return issues.filter(({ path, code }) => code === "invalid_type" || !mistyped.has(path)).slice(0, ISSUES_MAX);
}
