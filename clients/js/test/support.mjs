// The server that these tests are given, mail for it, and servers that are not well.

import { createServer } from "node:http";
import { once } from "node:events";

export const url = process.env.MAILWEIR_URL;

/** Of an account of that server. */
export const key = process.env.TEST_KEY;

/** Puts a mail into an inbox; its id. */
export async function send(address, subject, text = "Hello.", fields = "") {
  const answer = await fetch(`${url}/api/addresses/${encodeURIComponent(address)}/messages`, {
    method: "POST",
    headers: { "Content-Type": "message/rfc822" },
    body: `From: Shop <ann@shop.test>\r\nTo: ${address}\r\nSubject: ${subject}\r\n${fields}\r\n${text}\r\n`,
  });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json())._id;
}

/** A server that answers as it is told: `[status, body]`, or null to hang up. `asked`: what it was asked. */
export async function aServer(test, answer) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ method: request.method, path: request.url, key: request.headers["mailsac-key"] });
    const told = answer(asked.length);
    if (told === null) return request.socket.destroy();
    const [status, body, fields = {}] = told;
    response.writeHead(status, { "Content-Type": "application/json", ...fields });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(() => server.close() && server.closeAllConnections());
  return { url: `http://127.0.0.1:${server.address().port}`, asked };
}

/** A message as the API gives it. */
export const aMessage = (more = {}) => ({
  _id: "m1",
  from: [{ address: "ann@shop.test", name: "Ann" }],
  to: [{ address: "bob@thing.test", name: "" }],
  subject: "Welcome",
  originalInbox: "bob@thing.test",
  received: "2026-01-01T00:00:00.000Z",
  links: [],
  codes: [],
  actions: [],
  digest: "done",
  ...more,
});
