import { registerHooks } from "node:module";

// Imported before a process of the product begins. The condition "react-server" would satisfy `server-only` too, but it
// also swaps React, and mails are rendered with the whole one.
registerHooks({
  resolve: (specifier, context, resolve) =>
    specifier === "server-only" ? { url: "data:text/javascript,", shortCircuit: true } : resolve(specifier, context),
});
