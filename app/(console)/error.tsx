"use client";

export { CrashNotice as default } from "#components/shell/crash-notice.tsx";
