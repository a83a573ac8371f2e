"use client";

import { useRef } from "react";
import type { FieldErrors, Path, Resolver, UseFormReturn } from "react-hook-form";
import { get, set, useForm } from "react-hook-form";
import type { ApiError } from "#components/api/trpc.ts";
import { kindOfField } from "#components/approvals/form/payload-fields.ts";
import { useProblemText } from "#components/approvals/form/problem-text.ts";
import type { Problem, Setting, Values } from "#components/approvals/form/values.ts";
import { readValues } from "#components/approvals/form/values.ts";
import { useTimeZone } from "#components/ui/time.tsx";

/** A line that appeared below a box as it is left would move the button away that is being pressed. */
const DELAY_MS = 250;

export type RequestForm = UseFormReturn<Values>;

/** What stands below a box: its problem, in words. */
export const errorAt = (errors: FieldErrors<Values>, path: string): string | undefined =>
  (get(errors, path) as { message?: string } | undefined)?.message;

/** How many boxes are not as they should be. */
export function wrongIn(errors: object): number {
  return Object.values(errors).reduce((sum: number, error: unknown) => {
    if (typeof error !== "object" || error === null) return sum;
    return sum + ("message" in error && typeof error.message === "string" ? 1 : wrongIn(error));
  }, 0);
}

/** Where the server's path lies in the form. */
function boxOf(path: string, schema: Setting["schema"]): string {
  const [first = "", second = ""] = path.split(".");
  if (first === "payload") return schema && Object.hasOwn(schema.properties, second) ? `payload.${second}` : "rest";
  return first === "dueAt" ? "due" : path;
}

/** A request's form: judged by the rules that the server has, box by box once it was left, as a whole when it is sent. */
export function useRequestForm({ initial, schema, stands }: { initial: Values } & Pick<Setting, "schema" | "stands">) {
  const zone = useTimeZone();
  const say = useProblemText();
  const tried = useRef(false);
  const setting = (): Setting => ({ schema, zone, now: new Date(), stands });

  const resolver: Resolver<Values> = (values) => {
    const errors = {};
    // What is merely empty yet is not held against whoever is still writing.
    for (const problem of readValues(values, setting()).problems)
      if (tried.current || problem.code !== "required")
        set(errors, problem.path, { type: problem.code, message: say(problem) });
    return Object.keys(errors).length > 0 ? { values: {}, errors } : { values, errors: {} };
  };
  const form = useForm<Values>({ defaultValues: initial, mode: "onTouched", delayError: DELAY_MS, resolver });

  /** Shows what the server has against the request where it stands; true: everything has its place. */
  const refuse = (error: ApiError): boolean => {
    const issues = error.data?.issues ?? [];
    const placed = issues.filter(({ path, code }) => {
      const box = boxOf(path, schema);
      const there: unknown = get(form.getValues(), box);
      // What has no box on the page, or an unopened one, is said as a whole.
      if (!box.startsWith("payload.") && (there === undefined || (box === "rest" && there === ""))) return false;
      const property = box.startsWith("payload.") ? schema?.properties[box.slice(8)] : undefined;
      const problem = {
        code: code as Problem["code"],
        kind: property && kindOfField(property),
        detail: path.split(".").at(-1),
      };
      form.setError(box as Path<Values>, { type: "server", message: say(problem) }, { shouldFocus: true });
      return true;
    });
    return placed.length > 0 && placed.length === issues.length;
  };

  return {
    form,
    setting,
    refuse,
    /** Sends what fits; else goes to the first box that does not. */
    send: (act: (values: Values) => Promise<void>) => (event: React.FormEvent) => {
      event.preventDefault();
      tried.current = true;
      return form.handleSubmit(act)(event);
    },
  };
}
