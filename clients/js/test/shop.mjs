// An application that is tested: it signs people up by a code in a mail, or by a link in the same mail.
// MAILWEIR_SMTP=HOST:PORT node shop.mjs; it prints where it listens.

import { randomInt, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import nodemailer from "nodemailer";

const [host, port] = process.env.MAILWEIR_SMTP.split(":");
const transport = nodemailer.createTransport({ host, port: Number(port), ignoreTLS: true });
const waiting = new Map(); // address to what was sent there

const SIGN_UP = `<form method="post" action="/sign-up"><label>Email <input name="email"></label>
  <button>Sign up</button></form>`;

const pages = {
  "GET /sign-up": async () => SIGN_UP,
  "POST /sign-up": async ({ email }, origin) => {
    const [code, token] = [String(randomInt(100_000, 1_000_000)), randomUUID()];
    waiting.set(email, { code, token });
    await transport.sendMail({
      from: "Shop <hello@shop.test>",
      to: email,
      subject: `Your code is ${code}`,
      html: `<p>Your code is ${code}, or <a href="${origin}/verify?token=${token}">verify your address</a>.</p>`,
    });
    return `<form method="post" action="/confirm"><input type="hidden" name="email" value="${email}">
      <label>Code <input name="code"></label> <button>Confirm</button></form>`;
  },
  "POST /confirm": async ({ email, code }) => welcome(waiting.get(email)?.code === code && email),
  "GET /verify": async ({ token }) => welcome([...waiting].find(([, sent]) => sent.token === token)?.[0]),
  // Nobody can tell from outside who has an account here: no mail goes to those who have none.
  "POST /forgot": async () => "<p>If there is such an account, a mail is on its way.</p>",
};

const welcome = (email) => (email ? `<h1>Welcome, ${email}</h1>` : "<h1>That is not the code</h1>");

const server = createServer(async (request, response) => {
  const origin = `http://${request.headers.host}`;
  const { pathname, searchParams } = new URL(request.url, origin);
  const page = pages[`${request.method} ${pathname}`];
  let body = "";
  for await (const chunk of request) body += chunk;
  const told = Object.fromEntries([...searchParams, ...new URLSearchParams(body)]);
  response.writeHead(page ? 200 : 404, { "Content-Type": "text/html" });
  response.end(page ? `<!doctype html><title>Shop</title>${await page(told, origin)}` : "");
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
