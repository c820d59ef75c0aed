// Waiting: the message with its code and its links, and what a test may ask for.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Mailweir, UnexpectedMailError } from "mailweir";
import { key, send, url } from "./support.mjs";

const LINKS =
  '<p>Welcome. <a href="https://shop.test/verify?token=a1b2c3">Verify your address</a>, ' +
  'or read <a href="https://shop.test/help">how it works</a>.</p>';
const HTML = "Content-Type: text/html\r\n";
const FILE = "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n";

const mailweir = new Mailweir({ url });
let run;
before(async () => (run = await mailweir.run()));
after(() => run.free());

test("a mail that comes is given with its code", async () => {
  const inbox = run.inbox("code");
  const waiting = inbox.wait({ code: true });
  const id = await send(inbox.address, "Your code is 482913", "It is 482913.");
  const mail = await waiting;
  assert.equal(mail.id, id);
  assert.equal(mail.code, "482913");
  assert.equal(mail.codes[0], "482913");
  assert.equal(mail.subject, "Your code is 482913");
  assert.equal(mail.from, "ann@shop.test");
  assert.deepEqual(mail.to, [inbox.address]);
  assert.ok(Date.now() - mail.received < 60_000);
  assert.equal(mail.data.from[0].name, "Shop");
});

test("a mail that was quicker is given at once", async () => {
  const inbox = run.inbox("quicker");
  await send(inbox.address, "Your code is 482913");
  assert.equal((await inbox.wait({ code: true, timeout: 0 })).code, "482913");
});

test("a mail is given with its code whatever was asked for", async () => {
  const inbox = run.inbox("subject");
  const waiting = inbox.wait({ subject: "your CODE" });
  await send(inbox.address, "Your code is 482913");
  assert.equal((await waiting).code, "482913");
});

test("links are given by kind, text and url", async () => {
  const inbox = run.inbox("links");
  await send(inbox.address, "Please verify", LINKS, HTML);
  const mail = await inbox.wait({ link: true });
  const verify = "https://shop.test/verify?token=a1b2c3";
  const help = "https://shop.test/help";
  assert.deepEqual(mail.links, [verify, help]);
  assert.equal(mail.actions[0].kind, "verify");
  for (const kind of [undefined, "verify", "your ADDRESS", "token=", /TOKEN=\w+$/i])
    assert.equal(mail.link(kind), verify, kind);
  for (const kind of ["help", /help$/]) assert.equal(mail.link(kind), help);
  assert.throws(() => mail.link("reset"), {
    name: "MailweirError",
    message: `"Please verify" has no link for "reset"; it has\n  verify: ${verify}\n  ${verify}\n  ${help}`,
  });
});

test("a link is known by its kind, whatever it says", async () => {
  const inbox = run.inbox("kind");
  const url = "https://shop.test/magic?token=a1b2c3d4";
  await send(inbox.address, "Sign in to the shop", `<p><a href="${url}">Log in</a></p>`, HTML);
  const mail = await inbox.wait({ link: true });
  assert.deepEqual([mail.actions[0].kind, mail.link("signin")], ["signin", url]);
});

test("a mail without a link says so", async () => {
  const inbox = run.inbox("no link");
  await send(inbox.address, "Hello");
  const mail = await inbox.wait();
  assert.throws(() => mail.link(), { message: '"Hello" has no link; it has none' });
  assert.equal(mail.code, undefined);
});

test("text, HTML and octets are fetched", async () => {
  const inbox = run.inbox("bodies");
  await send(inbox.address, "Please verify", LINKS, HTML);
  const mail = await inbox.wait();
  assert.match(await mail.text(), /Verify your address/);
  assert.ok((await mail.html()).includes(LINKS));
  assert.ok(Buffer.from(await mail.raw()).includes(`Subject: Please verify\r\n${HTML}\r\n${LINKS}`));
});

test("every criterion chooses", async () => {
  const inbox = run.inbox("criteria");
  await send(inbox.address, "First", "alpha");
  await send(inbox.address, "Second", "beta 7", "Cc: Carl <carl@far.test>\r\n");
  await send(inbox.address, "Third", "gamma", FILE);
  const asked = [
    [{ subject: "second" }, "Second"],
    [{ text: "BETA" }, "Second"],
    [{ to: "carl@far" }, "Second"],
    [{ from: "shop", text: "alpha" }, "First"],
    [{ regex: "beta [0-9]" }, "Second"],
    [{ regex: /BETA \d/i }, "Second"],
    [{ regex: /^second$/im }, "Second"],
    [{ attachment: true }, "Third"],
    [{ since: new Date(Date.now() - 5000) }, "First"],
    [{ since: "2020-01-01T00:00:00Z" }, "First"],
  ];
  for (const [criteria, subject] of asked)
    assert.equal(
      (await mailweir.inbox(inbox.address).wait({ timeout: 10, ...criteria })).subject,
      subject,
      JSON.stringify(criteria),
    );
});

test("in an inbox of a run all mail counts, by the clock of the server", async (context) => {
  const inbox = run.inbox("clocks");
  await send(inbox.address, "Your code is 482913");
  context.mock.timers.enable({ apis: ["Date"], now: Date.now() + 3_600_000 });
  assert.equal((await inbox.wait({ code: true, timeout: 0 })).code, "482913");
  await assert.rejects(mailweir.inbox(inbox.address).wait({ timeout: 0 }), { status: 400 });
});

test("each mail is given once", async () => {
  const inbox = run.inbox("once");
  await send(inbox.address, "Your code is 111222");
  const first = await inbox.wait({ code: true });
  await inbox.quiet({ for: 0 });
  const missed = await inbox.wait({ code: true, timeout: 1 }).catch((error) => error);
  assert.deepEqual(
    missed.nearest.map(({ failed }) => failed),
    [["given"]],
  );
  assert.match(missed.message, /: an earlier wait was given it\n/);
  const waiting = [inbox.wait({ code: true }), inbox.wait({ code: true })];
  await send(inbox.address, "Your code is 333444");
  await send(inbox.address, "Your code is 555666");
  const codes = (await Promise.all(waiting)).map((mail) => mail.code);
  assert.deepEqual(codes.sort(), ["333444", "555666"]);
  assert.equal((await inbox.wait({ code: true, since: first.received, timeout: 0 })).code, "111222");
});

test("the next mail is asked for by the one before", async () => {
  const inbox = run.inbox("next");
  await send(inbox.address, "Your code is 111222");
  const first = await inbox.wait({ code: true });
  await send(inbox.address, "Your code is 333444");
  const second = await inbox.wait({ code: true, since: first });
  assert.deepEqual([first.code, second.code], ["111222", "333444"]);
});

test("what is claimed is given to one waiter each", async () => {
  const inbox = run.inbox("shared");
  const waiting = [1, 2, 3].map(() => inbox.wait({ code: true, claim: true }));
  for (const code of [111222, 333444, 555666]) await send(inbox.address, `Your code is ${code}`);
  const codes = (await Promise.all(waiting)).map((mail) => mail.code);
  assert.deepEqual(codes.sort(), ["111222", "333444", "555666"]);
});

test("an address that is there already has messages, until they are deleted", async (context) => {
  const mailweir = new Mailweir({ url, key });
  const run = await mailweir.run({ addresses: 1 });
  context.after(() => run.free());
  const inbox = mailweir.inbox(run.addresses[0]);
  assert.equal(`${inbox}`, run.addresses[0]);
  await send(inbox.address, "One");
  await send(inbox.address, "Your code is 482913");
  const found = await inbox.messages();
  assert.deepEqual(
    found.map((mail) => mail.subject),
    ["Your code is 482913", "One"],
  );
  assert.equal(found[0].code, "482913");
  assert.match(await found[1].text(), /Hello/);
  await inbox.clear();
  assert.deepEqual(await inbox.messages(), []);
});

test("without a key an inbox is cleared as well", async () => {
  const inbox = run.inbox("cleared");
  await send(inbox.address, "One");
  await send(inbox.address, "Two");
  await inbox.clear();
  assert.deepEqual(await inbox.messages(), []);
});

test("silence is as long as it was asked for", async () => {
  const begun = performance.now();
  assert.equal(await run.inbox("quiet").quiet({ for: 1 }), undefined);
  assert.ok(performance.now() - begun > 950);
});

test("silence is broken by what fits, and by nothing else", async () => {
  const inbox = run.inbox("noise");
  await send(inbox.address, "Welcome");
  await inbox.quiet({ for: 0, subject: "invoice" });
  const listening = inbox.quiet({ for: 60, subject: "invoice" });
  const broken = assert.rejects(listening, (error) => {
    assert.ok(error instanceof UnexpectedMailError);
    assert.equal(error.status, 409);
    assert.equal(error.mail.subject, "Your invoice");
    const [head, came] = error.message.split("\n");
    assert.match(head, /^Mail came to .+ that should not have come in 60 s \(subject "invoice", since 20/);
    assert.match(came, /^ {2}came: "Your invoice" from ann@shop\.test to run-.+ at 20.+Z$/);
    return true;
  });
  await send(inbox.address, "Your invoice");
  await broken;
});

test("silence after a mail is asked for by that mail", async () => {
  const inbox = run.inbox("after");
  await send(inbox.address, "Welcome");
  const welcome = await inbox.wait();
  await inbox.quiet({ for: 0, since: welcome });
  await assert.rejects(inbox.quiet({ for: 0, since: welcome.received }), { name: "UnexpectedMailError" });
});
