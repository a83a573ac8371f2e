import access from "./es/access.json" with { type: "json" };
import apiReference from "./es/api-reference.json" with { type: "json" };
import approvals from "./es/approvals.json" with { type: "json" };
import audit from "./es/audit.json" with { type: "json" };
import bulks from "./es/bulks.json" with { type: "json" };
import governance from "./es/governance.json" with { type: "json" };
import identity from "./es/identity.json" with { type: "json" };
import imports from "./es/imports.json" with { type: "json" };
import mail from "./es/mail.json" with { type: "json" };
import messaging from "./es/messaging.json" with { type: "json" };
import outbox from "./es/outbox.json" with { type: "json" };
import people from "./es/people.json" with { type: "json" };
import policies from "./es/policies.json" with { type: "json" };
import refusals from "./es/refusals.json" with { type: "json" };
import requests from "./es/requests.json" with { type: "json" };
import roles from "./es/roles.json" with { type: "json" };
import serviceClients from "./es/service-clients.json" with { type: "json" };
import sessions from "./es/sessions.json" with { type: "json" };
import shell from "./es/shell.json" with { type: "json" };

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
