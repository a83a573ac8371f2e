import "server-only";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { env } from "#server/platform/env.ts";

// Extensions are not asked for, and none of an answer is read.
export type Assertion = Pick<AuthenticationResponseJSON, "id" | "rawId" | "type" | "response">;
export type Attestation = Pick<RegistrationResponseJSON, "id" | "rawId" | "type" | "response">;

const { origin, hostname } = new URL(env.APP_URL);
const TIMEOUT_MS = 300_000;
/** COSE: ES256, EdDSA, RS256, which every authenticator has one of. */
const ALGORITHMS = [-7, -8, -257];

export interface StoredPasskey {
  readonly credentialId: string;
  readonly publicKey: Uint8Array;
  readonly counter: bigint;
}

const bytesOf = (base64url: string) => Uint8Array.from(Buffer.from(base64url, "base64url"));

/** What a browser is asked for a new passkey: one that is found without a name, and that verifies its owner. */
export async function registrationOptions(
  person: { readonly id: string; readonly email: string; readonly name: string },
  challenge: string,
  known: readonly string[],
) {
  const { extensions, ...options } = await generateRegistrationOptions({
    rpName: "Countersign",
    rpID: hostname,
    userID: Uint8Array.from(Buffer.from(person.id)),
    userName: person.email,
    userDisplayName: person.name,
    challenge: bytesOf(challenge),
    timeout: TIMEOUT_MS,
    attestationType: "none",
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.map((id) => ({ id })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
  return options;
}

/** What a browser is asked for a proof; by nobody known, any passkey of this site answers. */
export async function assertionOptions(challenge: string, known: readonly string[] = []) {
  const { extensions, ...options } = await generateAuthenticationOptions({
    rpID: hostname,
    challenge: bytesOf(challenge),
    timeout: TIMEOUT_MS,
    userVerification: "required",
    ...(known.length > 0 ? { allowCredentials: known.map((id) => ({ id })) } : {}),
  });
  return options;
}

/** The challenge that an answer says it answers; nothing of it is verified yet. */
export function challengeOf({ response }: Assertion | Attestation): string | null {
  try {
    const said = JSON.parse(Buffer.from(response.clientDataJSON, "base64url").toString("utf8"));
    return typeof said?.challenge === "string" ? said.challenge : null;
  } catch {
    return null;
  }
}

/** The person whose id a new passkey was made with, as the authenticator says it. */
export const handleOf = ({ response }: Assertion): string | null =>
  response.userHandle ? Buffer.from(response.userHandle, "base64url").toString("utf8") : null;

/** A new passkey whose answer holds, or null. Never throws on what a browser sent. */
export async function verifyAttestation(
  response: Attestation,
  challenge: string,
): Promise<(StoredPasskey & { readonly transports: string[] }) | null> {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: hostname,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return null;
    const { id, publicKey, counter, transports } = registrationInfo.credential;
    return { credentialId: id, publicKey, counter: BigInt(counter), transports: [...(transports ?? [])] };
  } catch {
    return null;
  }
}

/** The counter after an answer that holds, or null; one that does not go up tells of a copy and holds not. */
export async function verifyAssertion(
  response: Assertion,
  challenge: string,
  { credentialId, publicKey, counter }: StoredPasskey,
): Promise<bigint | null> {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: hostname,
      requireUserVerification: true,
      credential: { id: credentialId, publicKey: Uint8Array.from(publicKey), counter: Number(counter) },
    });
    return verified ? BigInt(authenticationInfo.newCounter) : null;
  } catch {
    return null;
  }
}
