import { randomBytes } from "node:crypto";
import pg from "pg";

/** The PostgreSQL that the test command started, or `undefined`. */
export const testServer = process.env["ENTENTE_TEST_POSTGRES"];

/** Makes an empty database on that server. @returns its connection string. */
export async function freshDatabase(server = testServer ?? ""): Promise<string> {
  const name = `t${randomBytes(6).toString("hex")}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const own = new URL(server);
  own.pathname = `/${name}`;
  return own.href;
}
