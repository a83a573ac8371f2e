import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Where a request went, and how many streams of events are open there. */
export interface Target {
  readonly port: number;
  served: number;
  streams: number;
}

export interface Balancer {
  readonly url: string;
  readonly targets: readonly Target[];
  /** The one that holds the only open stream. */
  holder(): Target | undefined;
  close(): Promise<void>;
}

const EVENTS = "/api/events";

/** Hands each request to the next process in turn, as a load balancer without any stickiness does. */
export async function startBalancer(): Promise<Balancer & { add(port: number): void }> {
  const targets: Target[] = [];
  let turn = 0;

  function hand(incoming: IncomingMessage, outgoing: ServerResponse, tries: number): void {
    const target = targets[turn++ % targets.length] as Target;
    const { method, url = "", headers, socket } = incoming;
    const onward = request({
      host: "127.0.0.1",
      port: target.port,
      method,
      path: url,
      headers: { ...headers, "x-forwarded-for": socket.remoteAddress },
    });
    onward.on("response", (answer) => {
      target.served++;
      const isStream = url.startsWith(EVENTS) && answer.statusCode === 200;
      if (isStream) target.streams++;
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders(); // a stream begins before its first event
      answer.pipe(outgoing);
      answer.once("close", () => {
        if (isStream) target.streams--;
        if (!answer.complete) outgoing.destroy(); // cut off there, cut off here
      });
    });
    onward.on("error", (error: NodeJS.ErrnoException) => {
      // Nobody listens there: nothing was sent, so the next in turn may have it.
      if (error.code === "ECONNREFUSED" && tries > 1) hand(incoming, outgoing, tries - 1);
      else if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
    outgoing.once("close", () => onward.destroy());
    incoming.pipe(onward);
  }

  const server = createServer((incoming, outgoing) => hand(incoming, outgoing, targets.length));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    targets,
    add: (port) => targets.push({ port, served: 0, streams: 0 }),
    holder: () => {
      const holding = targets.filter(({ streams }) => streams > 0);
      return holding.length === 1 && holding[0]?.streams === 1 ? holding[0] : undefined;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
