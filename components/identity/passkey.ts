"use client";

import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { browserSupportsWebAuthn, startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether this browser knows passkeys; not before it has said so. */
export const usePasskeys = () => useSyncExternalStore(never, browserSupportsWebAuthn, () => false);

/** What the browser answers; null when its person would rather not, or has none here. */
export const askPasskey = (optionsJSON: PublicKeyCredentialRequestOptionsJSON) =>
  startAuthentication({ optionsJSON }).catch(() => null);

/** The new passkey, why there is none, or null for a person who changed their mind. */
export const makePasskey = (optionsJSON: PublicKeyCredentialCreationOptionsJSON) =>
  startRegistration({ optionsJSON }).catch((error: Error) =>
    error.name === "InvalidStateError" ? ("known" as const) : null,
  );
