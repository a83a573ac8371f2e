import type messages from "#messages/en.ts";

declare module "next-intl" {
  interface AppConfig {
    Locale: "en" | "es";
    Messages: typeof messages;
  }
}
