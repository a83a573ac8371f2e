"use client";

import { createStore } from "#components/ui/store.ts";
import type { Proof } from "#server/domain/identity/rules.ts";

export interface Asked {
  /** What they can prove themselves with. */
  readonly proofs: readonly Proof[];
  readonly settle: (proven: boolean) => void;
}

/** What waits for somebody to confirm that it is them. */
export const asked = createStore<Asked | null>(null);
let asking: Promise<boolean> | null = null;

interface Refusal {
  readonly code?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Whether they have proven it; several that wait are one question. False for any other refusal, and for a no. */
export async function mayGoOn(refusal: Refusal | null | undefined): Promise<boolean> {
  if (refusal?.code !== "session.step_up_required") return false;
  const { proofs } = refusal.facts as { proofs: readonly Proof[] };
  asking ??= new Promise<boolean>((resolve) => {
    asked.set({ proofs, settle: resolve });
  }).finally(() => {
    asking = null;
    asked.set(null);
  });
  return asking;
}

/** Sends, and sends the very same again once somebody has confirmed that it is them. */
export async function withProof<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (await mayGoOn((error as { data?: Refusal | null }).data)) return send();
    throw error;
  }
}
