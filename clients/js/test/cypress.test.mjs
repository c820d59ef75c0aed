// The commands for Cypress, against a real server.

import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { Cypress, cy, finish, logged, spec } from "./cypress_stand_in.mjs";
import { aMessage, aServer, key, send, url } from "./support.mjs";

before(async () => {
  await import("mailweir/cypress");
  Cypress.variables = { MAILWEIR_URL: url, MAILWEIR_KEY: key };
});

/** An inbox of this spec, where such mail has come to. */
async function anInbox(...mails) {
  let address;
  await spec("an inbox", () => void cy.mailweirInbox("given").then((inbox) => ({ address } = inbox)));
  for (const mail of mails) await send(address, ...[mail].flat());
  return { address };
}

test("inboxes are of one run and have the title of the test in them", async () => {
  const found = [];
  await spec("Signs up", () => {
    cy.mailweirInbox().then(({ address }) => found.push(address));
    cy.mailweirInbox("other name").then(({ address }) => found.push(address));
  });
  const [first, second] = found.map((address) => /^(run-[a-z0-9]+-)(.+)-[a-z0-9]{10}@/.exec(address));
  assert.equal(first[1], second[1]);
  assert.deepEqual([first[2], second[2]], ["signs-up", "other-name"]);
});

test("a mail is waited for, and given with its code, its links, its text and its HTML", async () => {
  const inbox = await anInbox();
  setTimeout(() => send(inbox.address, "Your code is 482913", "https://shop.test/verify?token=a1b2"), 500);
  let told;
  await spec("waits", () => {
    cy.mailweirWait(inbox, { code: true, timeout: 20, claim: true }).then((mail) => {
      cy.mailweirText(mail).then((text) =>
        cy.mailweirHtml(mail).then((html) => void (told = { mail, text, html })),
      );
    });
  });
  assert.equal(told.mail.code, "482913");
  assert.equal(told.mail.link("verify"), "https://shop.test/verify?token=a1b2");
  assert.match(told.text, /token=a1b2/);
  assert.match(told.html, /token=a1b2/);
  assert.match(logged.at(-1).message, /^run-.+: a code, since /);
});

test("each mail is given once", async () => {
  const inbox = await anInbox("Your code is 111222", "Your code is 333444");
  const codes = [];
  await spec("once", () => {
    cy.mailweirWait(inbox, { code: true }).then((mail) => void codes.push(mail.code));
    cy.mailweirWait(inbox.address, { code: true }).then((mail) => void codes.push(mail.code));
    cy.mailweirQuiet(inbox, { for: 0 });
  });
  assert.deepEqual(codes, ["111222", "333444"]);
});

test("the key is in no log", async () => {
  const inbox = await anInbox("Hello");
  await spec("logs", () => void cy.mailweirWait(inbox));
  assert.ok(logged.length > 0);
  assert.ok(!JSON.stringify(logged).includes(key));
});

test("no mail fails the test with what was near", async () => {
  const inbox = await anInbox("Welcome");
  await assert.rejects(
    spec("misses", () => void cy.mailweirWait(inbox.address, { code: true, timeout: 1 })),
    ({ name, message }) =>
      name === "MailNotFoundError" && /\n {2}near: "Welcome" .+: it has no code\n/.test(message),
  );
});

test("silence is listened to, and mail breaks it", async () => {
  const inbox = await anInbox("Welcome");
  await spec("quiet", () => void cy.mailweirQuiet(inbox, { for: 1, subject: "invoice" }));
  await assert.rejects(
    spec("noise", () => void cy.mailweirQuiet(inbox, { for: 30 })),
    { name: "UnexpectedMailError" },
  );
});

test("messages are listed and deleted, with a key and without", async (context) => {
  const subjects = [];
  const list = (inbox) =>
    cy.mailweirMessages(inbox).then((mails) => void subjects.push(mails.map((one) => one.subject)));
  await spec("private", () => void cy.mailweirFree());
  for (const own of [key, undefined]) {
    Cypress.variables = { MAILWEIR_URL: url, MAILWEIR_KEY: own };
    const inbox = await anInbox("One", "Two");
    await spec("clears", () => {
      list(inbox);
      cy.mailweirClear(inbox);
      list(inbox);
      cy.mailweirFree();
    });
  }
  Cypress.variables = { MAILWEIR_URL: url, MAILWEIR_KEY: key };
  assert.deepEqual(subjects, [["Two", "One"], [], ["Two", "One"], []]);
});

test("the bundle is written to a file", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "mailweir-")), "run.zip");
  const inbox = await anInbox("In the bundle");
  await spec("bundle", () => {
    cy.mailweirWait(inbox);
    cy.mailweirBundle(file);
  });
  const bundle = await readFile(file);
  assert.equal(bundle.toString("latin1", 0, 4), "PK\x03\x04");
  assert.ok(bundle.includes("run.json"));
  assert.equal(
    bundle.readUInt32LE(bundle.length - 22),
    0x06054b50,
    "the end of the directory is where it should be",
  );
});

test("a long wait goes on over a restart, from the same moment on", async (context) => {
  const away = [503, { message: "Not ready." }];
  const pending = { message: aMessage({ digest: "pending" }) };
  const read = aMessage({ codes: [{ value: "482913" }] });
  const { url, asked } = await aServer(
    context,
    (call) => [away, away, [200, pending], [200, read]][call - 1],
  );
  Cypress.variables = { MAILWEIR_URL: `${url}/` };
  let code;
  await spec(
    "restart",
    () => void cy.mailweirWait("a@b.test", { timeout: 600 }).then((mail) => ({ code } = mail)),
  );
  Cypress.variables = { MAILWEIR_URL: url, MAILWEIR_KEY: key };
  const queries = asked.slice(0, 3).map(({ path }) => new URL(path, url).searchParams);
  assert.equal(code, "482913");
  assert.equal(new Set(queries.map((query) => query.get("since"))).size, 1);
  assert.deepEqual(
    queries.map((query) => query.get("timeout")),
    ["50", "50", "50"],
  );
});

test("the run is freed after the last test", async () => {
  Cypress.variables = { MAILWEIR_URL: url, MAILWEIR_KEY: key };
  const inbox = await anInbox("Welcome");
  await finish();
  await assert.rejects(
    spec("freed", () => void cy.mailweirWait(inbox, { timeout: 1 })),
    { name: "MailweirError", status: 410 },
  );
  await finish();
});
