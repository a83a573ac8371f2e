import { afterEach, describe, expect, test } from "vitest";
import { sendMail } from "#server/platform/mailer.ts";
import { resendSink, smtpSink } from "#server/testing/mail-sinks.ts";

const MAIL = {
  id: "01970000-0000-7000-8000-000000000001",
  to: "vera@example.test",
  subject: "Solicitud ñ — aprobada",
  html: "<p>Hola</p>",
  text: "Hola",
};
const FROM = { MAIL_FROM_ADDRESS: "desk@countersign.test", MAIL_FROM_NAME: 'The "Desk", Ñandú' };
const SOON = 3_000;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const sink of open.splice(0)) await sink.close();
});
async function opened<T extends { close(): Promise<void> }>(sink: Promise<T>): Promise<T> {
  open.push(await sink);
  return sink;
}
const refusing = (code: number) => () =>
  opened(smtpSink({ onRcptTo: (_a, _s, done) => done(Object.assign(new Error("not here"), { responseCode: code })) }));

const viaSmtp = (url: string) => sendMail(MAIL, { ...FROM, SMTP_URL: url }, SOON);
const viaResend = (url: string) => sendMail(MAIL, { ...FROM, RESEND_API_KEY: "re_key", RESEND_BASE_URL: url }, SOON);

describe("over SMTP", () => {
  test("an accepted mail arrives whole, in both parts, with the sender's name and our own Message-ID", async () => {
    const sink = await opened(smtpSink());
    const id = `<${MAIL.id}@countersign.test>`;
    expect(await viaSmtp(sink.url)).toEqual({ provider: "SMTP", outcome: "SENT", providerMessageId: id });
    const [mail] = sink.received;
    expect(mail).toMatchObject({ subject: MAIL.subject, html: "<p>Hola</p>", messageId: id });
    expect(mail?.text?.trim()).toBe("Hola");
    expect(mail?.from?.value).toEqual([{ name: FROM.MAIL_FROM_NAME, address: FROM.MAIL_FROM_ADDRESS }]);
  });

  test("a recipient refused with 550 is refused for good", async () => {
    const sink = await refusing(550)();
    expect(await viaSmtp(sink.url)).toMatchObject({ outcome: "REFUSED", reason: expect.stringContaining("550") });
  });

  test("421 and 451 may pass", async () => {
    for (const code of [421, 451]) {
      const sink = await refusing(code)();
      expect(await viaSmtp(sink.url)).toMatchObject({ outcome: "RETRY", reason: expect.stringContaining(`${code}`) });
    }
  });

  test("a server that is down, or that takes the mail and never answers, may pass; neither is waited for", async () => {
    const silent = await opened(smtpSink({ onData: (stream) => void stream.resume() }));
    expect(await viaSmtp(silent.url)).toMatchObject({ provider: "SMTP", outcome: "RETRY" });
    expect(await viaSmtp("smtp://127.0.0.1:1")).toMatchObject({ provider: "SMTP", outcome: "RETRY" });
  });

  test("a rejected login is the operator's to put right: it may pass", async () => {
    const sink = await opened(
      smtpSink({ authOptional: false, onAuth: (_a, _s, done) => done(new Error("no")), allowInsecureAuth: true }),
    );
    expect(await viaSmtp(sink.url.replace("//", "//user:wrong@"))).toMatchObject({ outcome: "RETRY" });
  });
});

describe("over Resend", () => {
  test("an accepted mail carries the message's id as idempotency key, and answers with theirs", async () => {
    const sink = await opened(resendSink({ status: 200, body: { id: "theirs" } }));
    expect(await viaResend(sink.url)).toEqual({ provider: "RESEND", outcome: "SENT", providerMessageId: "theirs" });
    expect(sink.received[0]?.headers).toMatchObject({
      "idempotency-key": MAIL.id,
      authorization: "Bearer re_key",
    });
    expect(sink.received[0]?.body).toMatchObject({ to: MAIL.to, subject: MAIL.subject, text: "Hola" });
  });

  test("429 may pass, no sooner than Retry-After says in either of its forms", async () => {
    const body = { name: "rate_limit_exceeded", statusCode: 429, message: "slower" };
    const date = new Date(Date.now() + 90_000).toUTCString();
    for (const [header, seconds] of [
      ["40", 40],
      [date, 90],
    ] as const) {
      const sink = await opened(resendSink({ status: 429, body, headers: { "retry-after": header } }));
      const result = await viaResend(sink.url);
      expect(result).toMatchObject({ provider: "RESEND", outcome: "RETRY" });
      expect(Math.abs((result as { retryAfter: number }).retryAfter - seconds)).toBeLessThanOrEqual(2);
    }
  });

  test("500, an answer that is no JSON and no answer at all may pass; 422 is refused for good", async () => {
    const invalid = { name: "validation_error", statusCode: 422, message: "Invalid `to`" };
    const sink = await opened(resendSink({ status: 500, body: "<html>oops" }, "hang", { status: 422, body: invalid }));
    expect(await viaResend(sink.url)).toMatchObject({ outcome: "RETRY", reason: expect.stringContaining("500") });
    expect(await viaResend(sink.url)).toMatchObject({ outcome: "RETRY" });
    expect(await viaResend(sink.url)).toMatchObject({ outcome: "REFUSED", reason: expect.stringContaining("422") });
    expect(await viaResend("http://127.0.0.1:1")).toMatchObject({ outcome: "RETRY" });
  });
});

test("without a provider a mail is captured, and Resend goes before SMTP", async () => {
  expect(await sendMail(MAIL, FROM)).toEqual({ provider: "CAPTURE", outcome: "CAPTURED" });
  const sink = await opened(resendSink({ status: 200, body: { id: "theirs" } }));
  const both = { ...FROM, RESEND_API_KEY: "re_key", RESEND_BASE_URL: sink.url, SMTP_URL: "smtp://127.0.0.1:1" };
  expect(await sendMail(MAIL, both)).toMatchObject({ provider: "RESEND", outcome: "SENT" });
});
