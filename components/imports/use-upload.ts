"use client";

import { useEffect, useRef, useState } from "react";

/** Why a file was not taken; without a code nothing was answered. */
export interface UploadFailure {
  readonly code: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

type Answer = { readonly id: string } | UploadFailure;

const NO_ANSWER: UploadFailure = { code: null, facts: {} };

function answerOf({ status, responseText }: XMLHttpRequest): Answer {
  try {
    const body = JSON.parse(responseText);
    if (status === 201) return { id: body.id };
    return { code: body.code, facts: body.facts ?? {} };
  } catch {
    return NO_ANSWER;
  }
}

/** Sends a file as it is, and says how much of it is there: fetch would not. */
function send(request: XMLHttpRequest, file: File, onProgress: (part: number) => void): Promise<Answer> {
  return new Promise((resolve) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => resolve(answerOf(request));
    request.onerror = () => resolve(NO_ANSWER);
    request.open("POST", `/api/imports?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("content-type", "text/csv");
    request.send(file);
  });
}

export interface Sending {
  readonly name: string;
  /** From 0 to 1. */
  readonly part: number;
}

/** One upload at a time; leaving the page ends it. */
export function useUpload(onDone: (id: string) => void) {
  const [sending, setSending] = useState<Sending | null>(null);
  const [failure, setFailure] = useState<UploadFailure | null>(null);
  const open = useRef<XMLHttpRequest | null>(null);
  useEffect(() => () => open.current?.abort(), []);
  const upload = async (file: File) => {
    if (open.current) return;
    const request = new XMLHttpRequest();
    open.current = request;
    setFailure(null);
    setSending({ name: file.name, part: 0 });
    const answer = await send(request, file, (part) => setSending({ name: file.name, part }));
    open.current = null;
    if ("id" in answer) return onDone(answer.id);
    setSending(null);
    setFailure(answer);
  };
  const abort = () => {
    open.current?.abort();
    open.current = null;
    setSending(null);
  };
  return { upload, abort, sending, failure, refuse: setFailure };
}
