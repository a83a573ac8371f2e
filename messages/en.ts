import access from "./en/access.json" with { type: "json" };
import apiReference from "./en/api-reference.json" with { type: "json" };
import approvals from "./en/approvals.json" with { type: "json" };
import audit from "./en/audit.json" with { type: "json" };
import bulks from "./en/bulks.json" with { type: "json" };
import governance from "./en/governance.json" with { type: "json" };
import identity from "./en/identity.json" with { type: "json" };
import imports from "./en/imports.json" with { type: "json" };
import mail from "./en/mail.json" with { type: "json" };
import messaging from "./en/messaging.json" with { type: "json" };
import outbox from "./en/outbox.json" with { type: "json" };
import people from "./en/people.json" with { type: "json" };
import policies from "./en/policies.json" with { type: "json" };
import refusals from "./en/refusals.json" with { type: "json" };
import requests from "./en/requests.json" with { type: "json" };
import roles from "./en/roles.json" with { type: "json" };
import serviceClients from "./en/service-clients.json" with { type: "json" };
import sessions from "./en/sessions.json" with { type: "json" };
import shell from "./en/shell.json" with { type: "json" };

/** One file a noun; no namespace is in two of them. */
export default {
  ...access,
  ...apiReference,
  ...approvals,
  ...audit,
  ...bulks,
  ...governance,
  ...identity,
  ...imports,
  ...mail,
  ...messaging,
  ...outbox,
  ...people,
  ...policies,
  ...refusals,
  ...requests,
  ...roles,
  ...serviceClients,
  ...sessions,
  ...shell,
};
