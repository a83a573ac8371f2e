import { getRequestConfig } from "next-intl/server";
import messages from "#messages/en.json" with { type: "json" };

export default getRequestConfig(async () => ({ locale: "en", messages, timeZone: "UTC", now: new Date() }));
