// Failures: what was near, what was refused, whose fault it may be; and servers that are not well.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import nodemailer from "nodemailer";
import { MailNotFoundError, Mailweir, MailweirError } from "mailweir";
import { aMessage, aServer, send, url } from "./support.mjs";

const mailweir = new Mailweir({ url });
let run;
before(async () => (run = await mailweir.run()));
after(() => run.free());

const AWAY = [503, { error: "Service Unavailable", message: "Not ready.", status: 503 }];
const nothing = (more) => [
  408,
  { status: 408, nearest: [], intake: { healthy: true, reasons: [] }, ...more },
];

async function failure(promise) {
  return promise.then(
    () => assert.fail("It should have failed."),
    (error) => error,
  );
}

test("what was near is told with the reason, one a line", async () => {
  const inbox = run.inbox("near");
  await send(inbox.address, "Welcome");
  await send(inbox.address, "Your code is 482913");
  const error = await failure(inbox.wait({ code: true, subject: "Welcome", timeout: 1 }));
  assert.ok(error instanceof MailNotFoundError && error instanceof MailweirError);
  assert.equal(error.name, "MailNotFoundError");
  assert.deepEqual([error.status, error.healthy, error.address], [408, true, inbox.address]);
  assert.deepEqual(
    error.nearest.map(({ mail, failed }) => [mail.subject, ...failed]),
    [
      ["Your code is 482913", "subject"],
      ["Welcome", "no code"],
    ],
  );
  const lines = error.message.split("\n");
  assert.match(
    lines[0],
    /^No mail that fits came to run-.+ in 1 s \(subject "Welcome", a code, since 20.+Z\)\.$/,
  );
  assert.match(lines[1], /^ {2}near: "Your code is 482913" from ann@.+ at 20.+: its subject is another one$/);
  assert.match(lines[2], /^ {2}near: "Welcome" from .+: it has no code$/);
  assert.equal(lines[3], "The server is healthy: look at the application, or at what the test asks for.");
});

test("when nothing was near, that is told", async () => {
  const error = await failure(run.inbox("nothing").wait({ subject: "of nobody", timeout: 0 }));
  assert.match(error.message, /\nThe server is healthy, and no mail was near: look at the application/);
});

test("mail that the server refused is told with its reply", async () => {
  const [host, port] = process.env.MAILWEIR_SMTP.split(":");
  const transport = nodemailer.createTransport({ host, port: Number(port), ignoreTLS: true });
  const stranger = `nobody-${randomUUID()}@elsewhere.test`; // no host that this server takes mail for
  const mail = { from: "ann@shop.test", to: stranger, subject: "Welcome", text: "Hello." };
  await assert.rejects(transport.sendMail(mail), { responseCode: 550 });
  const error = await failure(mailweir.inbox(stranger).wait({ timeout: 1 }));
  const [, refused, verdict] = error.message.split("\n").filter((line) => !line.startsWith("  near:"));
  assert.match(refused, /^ {2}refused: mail to nobody-.+@elsewhere\.test at 20.+Z: 550 5\./);
  assert.equal(verdict, "The server is healthy, and refused mail: its replies say why.");
  assert.equal(error.refused[0].recipient, stranger);
});

test("what the server says of its health and of refused mail is told", async (context) => {
  const told = {
    intake: { healthy: false, reasons: ["the disk is full"] },
    refused: [{ recipient: "bob@thing.test", reply: "452 4.3.1 Disk full", at: "2026-01-01T00:00:00Z" }],
  };
  const { url } = await aServer(context, () => nothing(told));
  const error = await failure(new Mailweir({ url }).inbox("bob@thing.test").wait({ timeout: 0 }));
  assert.deepEqual(
    [error.healthy, error.reasons, error.refused],
    [false, ["the disk is full"], told.refused],
  );
  assert.deepEqual(error.message.split("\n").slice(1), [
    "  refused: mail to bob@thing.test at 2026-01-01T00:00:00Z: 452 4.3.1 Disk full",
    "The server is not well (the disk is full): it may be the platform's fault.",
  ]);
});

test("mail that was slowed, put off or banned is told as that", async (context) => {
  const known = { recipient: "bob@thing.test", at: "2026-01-01T00:00:00Z", rule: "inbox", seconds: 8.2, code: "1f0c9a2b7e" };
  const slow = { ...known, action: "slow", reply: "" };
  const later = { ...known, action: "later", reply: "450 4.2.1 Wait" };
  const ban = { ...known, action: "ban", reply: "421 4.7.1 Go" };
  const said = async (refused) => {
    const { url } = await aServer(context, () => nothing({ refused }));
    const error = await failure(new Mailweir({ url }).inbox("bob@thing.test").wait({ timeout: 0 }));
    return error.message.split("\n").slice(1);
  };
  const slowed = `  slowed: mail to ${known.recipient} at ${known.at}: held for 9 s by the rule "inbox" [1f0c9a2b7e]`;
  assert.deepEqual(await said([slow]), [
    slowed,
    "The server is healthy, and slowed mail, which may still come.",
  ]);
  assert.deepEqual(await said([slow, later, ban]), [
    slowed,
    `  put off: mail to ${known.recipient} at ${known.at}: 450 4.2.1 Wait`,
    `  refused by a ban: mail to ${known.recipient} at ${known.at}: 421 4.7.1 Go`,
    "The server is healthy, and refused mail: its replies say why.",
  ]);
});

test("a failure is as long as can be read", async (context) => {
  const subject = `evil\n${"x".repeat(1000)}`;
  const nearest = Array.from({ length: 20 }, () => ({
    message: aMessage({ subject }),
    failed: ["new reason"],
  }));
  const { url } = await aServer(context, () => nothing({ nearest }));
  const { message } = await failure(new Mailweir({ url }).inbox("bob@thing.test").wait({ timeout: 0 }));
  const lines = message.split("\n");
  assert.equal(lines.length, 13);
  assert.match(lines[1], /^ {2}near: "evil\\nx{95}…" from ann@shop\.test .+: new reason$/);
  assert.equal(lines[11], "  … and 10 more");
});

test("a long wait is made of short calls from the same moment on", async (context) => {
  const { url, asked } = await aServer(context, (call) =>
    call < 3 ? AWAY : call < 5 ? null : call < 6 ? nothing() : [200, { message: aMessage() }],
  );
  const mail = await new Mailweir({ url }).inbox("bob@thing.test").wait({ timeout: 3000 });
  assert.equal(mail.subject, "Welcome");
  const queries = asked.map(({ path }) => new URL(path, url).searchParams);
  assert.equal(queries.length, 6);
  assert.equal(new Set(queries.map((query) => query.get("since"))).size, 1);
  assert.deepEqual(new Set(queries.map((query) => query.get("timeout"))), new Set(["50"]));
  const back = Date.now() - Date.parse(queries[0].get("since"));
  assert.ok(back >= 60_000 && back < 70_000, `${back} ms`);
});

test("a server that stays away is the platform's fault, after the wait's own time", async (context) => {
  const { url } = await aServer(context, () => null);
  const begun = performance.now();
  const error = await failure(new Mailweir({ url }).inbox("a@b.test").wait({ timeout: 1 }));
  assert.ok(performance.now() - begun > 950);
  assert.deepEqual([error.name, error.status], ["MailweirError", undefined]);
  assert.equal(
    error.message,
    `${url} does not answer (UND_ERR_SOCKET). It is the platform's fault, not the application's.`,
  );
});

test("a server that can never be asked is told at once", async () => {
  const begun = performance.now();
  const error = await failure(new Mailweir({ url: "http://127.0.0.1:9" }).inbox("a@b.test").wait());
  assert.ok(performance.now() - begun < 5000);
  assert.equal(error.message, "http://127.0.0.1:9 cannot be asked: bad port.");
});

test("a silence in which the server stays away is none", async (context) => {
  const { url } = await aServer(context, () => AWAY);
  const error = await failure(new Mailweir({ url }).inbox("a@b.test").quiet({ for: 0.5 }));
  assert.deepEqual([error.name, error.status], ["MailweirError", 503]);
  assert.match(error.message, /Not ready\./);
});

test("a silence over a restart is listened to until its own time is over", async (context) => {
  const { url, asked } = await aServer(context, (call) => (call === 1 ? null : [200, { quiet: true }]));
  const begun = performance.now();
  await new Mailweir({ url }).inbox("a@b.test").quiet({ for: 1 });
  assert.ok(performance.now() - begun > 950);
  assert.ok(asked.length > 2);
});

test("what was given and is gone by now is passed over by its moment", async (context) => {
  const gone = [404, { message: "Message not found by id." }];
  const { url, asked } = await aServer(context, (call) =>
    call === 3 ? gone : [200, { message: aMessage({ _id: call < 3 ? "m1" : "m2" }) }],
  );
  const inbox = new Mailweir({ url }).inbox("a@b.test");
  assert.deepEqual([(await inbox.wait()).id, (await inbox.wait()).id], ["m1", "m2"]);
  const since = asked.map(({ path }) => new URL(path, url).searchParams.get("since"));
  assert.deepEqual(since.slice(2), ["m1", "2026-01-01T00:00:00.000Z"]);
});

test("a message that is still being read is waited for", async (context) => {
  const { url } = await aServer(context, (call) => {
    if (call === 1) return [200, { message: aMessage({ digest: "pending" }) }];
    return [200, aMessage(call < 4 ? { digest: "pending" } : { codes: [{ value: "482913" }] })];
  });
  assert.equal((await new Mailweir({ url }).inbox("a@b.test").wait()).code, "482913");
});

test("other calls go on over a restart as well", async (context) => {
  const { url } = await aServer(context, (call) => (call < 3 ? AWAY : [200, []]));
  assert.deepEqual(await new Mailweir({ url }).inbox("a@b.test").messages(), []);
});

test("a run that is being bundled for somebody else is bundled after that", async (context) => {
  const dates = { created: "2026-01-01T00:00:00.000Z", expires: "2026-01-01T01:00:00.000Z" };
  const made = [201, { id: "r_1", prefix: "run-a-", domain: "thing.test", addresses: [], ...dates }];
  const busy = [409, { message: "This run is being exported already. Wait until that is over." }];
  const { url, asked } = await aServer(context, (call) => [made, busy, [200, "PK"]][call - 1]);
  const bundle = await (await new Mailweir({ url }).run()).bundle();
  assert.equal(Buffer.from(bundle).toString(), "PK");
  assert.equal(asked.at(-1).path, "/api/runs/r_1/bundle");
});

test("what the server refuses is told in its words, at once", async () => {
  const refused = await failure(run.inbox().wait({ regex: "(" }));
  assert.deepEqual([refused.name, refused.status], ["MailweirError", 400]);
  assert.match(refused.message, /^GET http.+\/wait: 400, regex is no expression of RE2's/);
  const wrongKey = await failure(new Mailweir({ url, key: "k_wrong" }).inbox("a@thing.test").messages());
  assert.equal(wrongKey.status, 401);
  assert.match(wrongKey.message, / The key comes from the option key or from MAILWEIR_KEY\.$/);
});

test("the key is not shown to where a server redirects", async (context) => {
  const elsewhere = await aServer(context, () => [200, []]);
  const { url, asked } = await aServer(context, () => [302, {}, { Location: elsewhere.url }]);
  const error = await failure(new Mailweir({ url, key: "k_secret" }).inbox("a@b.test").messages());
  assert.equal(error.status, 302);
  assert.equal(asked[0].key, "k_secret");
  assert.deepEqual(elsewhere.asked, []);
});

test("an answer that is not Mailweir's says so", async (context) => {
  const { url } = await aServer(context, () => [200, "<html>"]);
  const error = await failure(new Mailweir({ url }).inbox("a@b.test").messages());
  assert.match(error.message, /: 200, an answer that is not Mailweir's: is the url that of its HTTP door\?$/);
  const inbox = new Mailweir({ url }).inbox("a@b.test");
  assert.match((await failure(inbox.quiet({ for: 60 }))).message, /not Mailweir's/);
  assert.match((await failure(inbox.wait())).message, /not Mailweir's/);
});

test("a signal ends a wait, a silence and a pause at once", async (context) => {
  const { url: away } = await aServer(context, () => AWAY);
  const inboxes = [run.inbox("signal"), new Mailweir({ url: away }).inbox("a@b.test")];
  for (const inbox of inboxes)
    for (const call of [(signal) => inbox.wait({ signal }), (signal) => inbox.quiet({ for: 30, signal })]) {
      const reason = new Error("enough");
      const begun = performance.now();
      assert.equal(await failure(call(aborted(300, reason))), reason);
      assert.ok(performance.now() - begun < 5000);
    }
  const before = AbortSignal.abort(new Error("before"));
  assert.equal((await failure(mailweir.run({ signal: before }))).message, "before");
});

test("an option that does not exist or cannot be meant is refused", async () => {
  const inbox = run.inbox();
  const wrong = [
    [() => inbox.wait({ subjects: "x" }), /no option subjects; there are from, to, /],
    [() => inbox.quiet({ timeout: 5 }), /no option timeout; /],
    [() => mailweir.run({ tll: 60 }), /no option tll; there are ttl, domain, /],
    [() => inbox.wait({ code: true, link: true }), /code and link exclude each other/],
    [() => inbox.wait({ timeout: 30_000 }), /timeout is 30000; it is in seconds, from 0 to 3600/],
    [() => inbox.quiet({ for: -1 }), /for is -1; it is in seconds/],
    [async () => mailweir.inbox("nowhere"), /"nowhere" is no address; write it as name@host/],
    [async () => new Mailweir({ url: "ftp://x" }), /"ftp:\/\/x" is no address of a server, such as http/],
    [async () => new Mailweir({ url: "127.0.0.1:8025" }), /no address of a server/],
  ];
  for (const [call, message] of wrong) await assert.rejects(call, { name: "TypeError", message });
});

function aborted(milliseconds, reason) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), milliseconds);
  return controller.signal;
}
