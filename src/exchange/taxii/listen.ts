import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";

export interface TaxiiListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves on a listener of its own, over TLS where a key and a certificate (PEM) are given. @throws the server's error when the port is taken. */
export function listen(
  app: Hono,
  host: string,
  port: number,
  tls: { readonly key: string; readonly cert: string } | null,
): Promise<TaxiiListener> {
  return new Promise((resolve, reject) => {
    const options = { fetch: app.fetch, hostname: host, port };
    const opened = (info: AddressInfo): void =>
      resolve({
        port: info.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      });
    const server =
      tls === null
        ? serve(options, opened)
        : serve({ ...options, createServer: createHttps, serverOptions: { ...tls, minVersion: "TLSv1.2" } }, opened);
    server.once("error", reject);
  });
}
