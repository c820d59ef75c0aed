// Runs: their addresses are made here, are nobody else's, and are gone with their mail.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Mailweir, MailweirError } from "mailweir";
import { key, send, url } from "./support.mjs";

const mailweir = new Mailweir({ url });
let run;
before(async () => (run = await mailweir.run({ ttl: 600, name: "runs.test" })));
after(() => run.free());

test("a run says what it is", () => {
  assert.equal(run.name, "runs.test");
  assert.match(run.id, /^r_/);
  assert.deepEqual(run.addresses, []);
  assert.equal(run.private, false);
  assert.equal(run.expires - run.created, 600_000);
});

test("addresses that the server makes are told", async (context) => {
  const other = await mailweir.run({ addresses: 3 });
  context.after(() => other.free());
  assert.equal(other.addresses.length, 3);
  assert.ok(other.addresses.every((one) => one.startsWith(other.prefix) && one.endsWith(`@${other.domain}`)));
});

test("an inbox has the name of its test in it, as far as it fits", () => {
  const named = (name) => run.inbox(name).address.slice(run.prefix.length);
  assert.match(named("Sign up"), /^sign-up-[a-z0-9]{10}@/);
  assert.match(named("  Ünïcode & more!  "), /^unicode-more-[a-z0-9]{10}@/);
  assert.match(named("регистрация"), /^[a-z0-9]{10}@/);
  assert.match(named(), /^[a-z0-9]{10}@/);
  assert.match(named("x".repeat(500)), /^x{29}-[a-z0-9]{10}@/);
  assert.match(named(`${"x".repeat(28)} y`), /^x{28}-[a-z0-9]{10}@/);
});

test("no two inboxes are the same", () => {
  const made = Array.from({ length: 10_000 }, () => run.inbox("same").address);
  assert.equal(new Set(made).size, made.length);
});

test("thirty inboxes in parallel are each given their own mail", async () => {
  const codes = await Promise.all(
    Array.from({ length: 30 }, async (_, number) => {
      const inbox = run.inbox("parallel");
      const waiting = inbox.wait({ code: true, timeout: 60 });
      await send(inbox.address, `Your code is ${100_000 + number}`);
      return (await waiting).code;
    }),
  );
  assert.deepEqual(
    codes,
    Array.from({ length: 30 }, (_, number) => String(100_000 + number)),
  );
});

test("the bundle is a zip with the mail in it", async () => {
  const inbox = run.inbox("bundle");
  await send(inbox.address, "In the bundle");
  const { id } = await inbox.wait();
  const bundle = Buffer.from(await run.bundle());
  assert.equal(bundle.toString("latin1", 0, 4), "PK\x03\x04");
  assert.ok(bundle.includes("run.json"));
  assert.ok(bundle.includes(`messages/${id}.eml`));
});

test("a run that was freed is gone, with its mail and with who waits there", async () => {
  const freed = await mailweir.run();
  const inbox = freed.inbox();
  await send(inbox.address, "Welcome");
  await inbox.wait();
  const waiting = inbox.wait({ subject: "never", timeout: 60 });
  const ended = assert.rejects(waiting, (error) => error instanceof MailweirError && error.status === 410);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(await freed.free(), 1);
  await ended;
  assert.equal(await freed.free(), 0);
  await assert.rejects(freed.bundle(), { status: 410 });
  await assert.rejects(inbox.quiet({ for: 1 }), { status: 410 });
});

test("a run that is used in a block is freed at its end", async () => {
  const block = await mailweir.run();
  assert.equal(await block[Symbol.asyncDispose](), undefined);
  await assert.rejects(block.bundle(), { status: 410 });
});

test("with a key a run is private to its account", async (context) => {
  const own = await new Mailweir({ url, key }).run();
  context.after(() => own.free());
  assert.equal(own.private, true);
  const inbox = own.inbox();
  await send(inbox.address, "Your code is 482913");
  assert.equal((await inbox.wait({ code: true })).code, "482913");
  const stranger = mailweir.inbox(inbox.address);
  await assert.rejects(stranger.wait({ timeout: 1 }), ({ status }) => status === 401 || status === 403);
});

test("a domain that the server takes no mail for is refused", async () => {
  await assert.rejects(mailweir.run({ domain: "no domain" }), { name: "MailweirError", status: 400 });
});
