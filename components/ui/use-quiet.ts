"use client";

import { useEffect, useState } from "react";

const QUIET_MS = 500;

/** A value once it has been left alone for a moment. */
export function useQuiet(value: string): string {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return quiet;
}
