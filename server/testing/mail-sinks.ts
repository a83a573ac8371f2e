import { once } from "node:events";
import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ParsedMail } from "mailparser";
import { simpleParser } from "mailparser";
import type { SMTPServerOptions } from "smtp-server";
import { SMTPServer } from "smtp-server";

export interface SmtpSink {
  readonly url: string;
  readonly received: ParsedMail[];
  close(): Promise<void>;
}

/** A real SMTP server on a free port that keeps what it accepts. `behave` is where it refuses or stays silent. */
export async function smtpSink(behave: Partial<SMTPServerOptions> = {}): Promise<SmtpSink> {
  const received: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    closeTimeout: 10,
    onData: (stream, _session, callback) => {
      simpleParser(stream).then((mail) => {
        received.push(mail);
        callback();
      }, callback);
    },
    ...behave,
  });
  server.on("error", () => {}); // a client that hangs up
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    close: () => new Promise((done) => server.close(() => done())),
  };
}

export interface ResendSink {
  readonly url: string;
  readonly received: { readonly headers: IncomingHttpHeaders; readonly body: Record<string, unknown> }[];
  close(): Promise<void>;
}

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | "hang";

/** What stands in for the address of Resend: it answers in turn, the last one for ever. */
export async function resendSink(...answers: Answer[]): Promise<ResendSink> {
  const received: ResendSink["received"] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const answer = answers[Math.min(received.length, answers.length) - 1];
      if (!answer || answer === "hang") return;
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? {}));
    });
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
