"use server";

import { headers } from "next/headers";
import { limitReset } from "#server/api/context.ts";
import { runAction, runStrangerAction } from "#server/api/run-action.ts";
import { remindApprovers } from "#server/domain/approvals/remind-approvers.ts";
import { tellRequester } from "#server/domain/approvals/tell-requester.ts";
import { askReset } from "#server/domain/identity/ask-reset.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { resendInvitation } from "#server/domain/people/resend-invitation.ts";

/** Forms that send mail. Each names a command, which queues the message in its commit; the worker delivers it. */
export async function remindApproversAction(input: unknown) {
  return runAction(await headers(), remindApprovers, input);
}

export async function tellRequesterAction(input: unknown) {
  return runAction(await headers(), tellRequester, input);
}

export async function invitePersonAction(input: unknown) {
  return runAction(await headers(), invitePerson, input);
}

export async function resendInvitationAction(input: unknown) {
  return runAction(await headers(), resendInvitation, input);
}

/** From nobody yet known. Whatever the address is, the answer is the same, and comes before anybody looked who it is. */
export async function askResetAction(input: unknown) {
  return runStrangerAction(await headers(), limitReset, askReset, input);
}
