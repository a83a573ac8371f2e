"use client";

import { asked } from "#components/api/step-up.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { useStore } from "#components/ui/store.ts";

const StepUpDialog = lazily(() => import("#components/identity/step-up-dialog.tsx").then((m) => m.StepUpDialog));

/** The one place where anything that needs a recent proof asks for it. */
export function LazyStepUp() {
  const question = useStore(asked, (state) => state);
  return question ? <StepUpDialog proofs={question.proofs} onSettle={question.settle} /> : null;
}
