"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { useWatch } from "react-hook-form";
import { forget, keep, readKept } from "#components/approvals/form/kept-draft.ts";
import { soundValues } from "#components/approvals/form/sound-values.ts";
import type { RequestForm } from "#components/approvals/form/use-request-form.ts";
import type { Values } from "#components/approvals/form/values.ts";

const KEEP_MS = 300;

/** Without the boxes that are empty: a form registers each that it shows. */
const written = (values: Values) =>
  JSON.stringify(values, (_, value) =>
    value === "" || (Array.isArray(value) && value.length === 0) ? undefined : value,
  );

/** What is written stays in this browser until it is sent or thrown away; when the form opens again, it is there. */
export function useKeptDraft(key: string, form: RequestForm, initial: Values) {
  const values = useWatch({ control: form.control }) as Values;
  const [restoredAt, setRestoredAt] = useState<number | null>(null);
  const looked = useRef(false);
  const sent = useRef(false);

  const save = useCallback(() => {
    if (!looked.current || sent.current) return;
    const now = form.getValues();
    if (written(now) === written(initial)) forget(key);
    else keep(key, now);
  }, [key, form, initial]);

  // After hydration: the server has no drafts, and would show another page.
  useEffect(() => {
    const kept = readKept<unknown>(key);
    const found = kept && soundValues(kept.value);
    if (found && written(found) !== written(initial)) {
      form.reset({ ...found, type: initial.type || found.type }, { keepDefaultValues: true });
      setRestoredAt(kept.at);
    }
    looked.current = true;
  }, [key, form, initial]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is saved anew whenever something was written
  useEffect(() => {
    const timer = setTimeout(save, KEEP_MS);
    return () => clearTimeout(timer);
  }, [save, values]);

  useEffect(() => {
    window.addEventListener("pagehide", save);
    return () => {
      window.removeEventListener("pagehide", save);
      save();
    };
  }, [save]);

  return {
    values,
    restoredAt,
    /** It was sent: there is nothing to keep. */
    end: () => {
      sent.current = true;
      forget(key);
    },
    startOver: () => {
      forget(key);
      form.reset(initial);
      setRestoredAt(null);
    },
  };
}
