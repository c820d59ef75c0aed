// Everything that is declared, used as it is meant. Only the compiler looks at it.

import { test as base } from "@playwright/test";
import { MailNotFoundError, Mailweir, MailweirError, UnexpectedMailError } from "mailweir";
import type { Action, Inbox, Mail, Message, Run } from "mailweir";
import type {} from "mailweir/cypress";
import { withMailweir } from "mailweir/playwright";

const signal = new AbortController().signal;
const mailweir: Mailweir = new Mailweir({ url: "http://127.0.0.1:8025", key: "k_x" });

async function all(): Promise<void> {
  await using run: Run = await mailweir.run({ ttl: 60, domain: "x.test", name: "all", addresses: 1, signal });
  const inbox: Inbox = run.inbox("name");
  const certain: string = (await inbox.wait({ code: true })).code;
  const mail: Message = await inbox.wait({
    ...{
      subject: "a",
      from: "b",
      to: "c",
      text: "d",
      regex: /e/,
      since: new Date(),
      timeout: 1,
      claim: true,
    },
    signal,
  });
  const perhaps: string | undefined = mail.code;
  const later: Message = await inbox.wait({ link: true, since: mail, regex: "f" });
  const action: Action | undefined = later.actions[0];
  const url: string = later.link("verify") || later.link(/verify/) || later.link();
  const texts: string[] = [
    await mail.text(),
    await mail.html({ signal }),
    certain,
    url,
    mail.from,
    ...mail.to,
  ];
  const bytes: Uint8Array[] = [await mail.raw(), await run.bundle()];
  await inbox.quiet({ for: 1, since: "2026-01-01T00:00:00Z", attachment: true, signal });
  const listed: Message[] = await mailweir.inbox("a@b.test").messages();
  await inbox.clear();
  const freed: number = await run.free();
  console.log(
    perhaps,
    action?.kind,
    texts,
    bytes,
    listed,
    freed,
    run.expires.getTime(),
    mail.data.codes[0]?.source,
  );
}

function told(error: unknown): Mail | string | number | undefined {
  if (error instanceof MailNotFoundError) return error.nearest[0]?.mail ?? error.refused[0]?.reply;
  if (error instanceof UnexpectedMailError) return error.mail;
  return error instanceof MailweirError ? error.status : undefined;
}

const test = withMailweir(base.extend<{ mine: number }>({ mine: 1 }));
test.use({ mailweirOptions: { ttl: 60 } });
test("fixtures", async ({ page, mine, inbox, mailweirRun, mailweir }) => {
  await page.getByLabel("Code").fill((await inbox.wait({ code: true, timeout: mine })).code);
  await mailweirRun.inbox("second").quiet({ for: 1 });
  await mailweir.inbox("a@b.test").messages().then(all, told);
});

cy.mailweirInbox("name").then((inbox) => {
  cy.mailweirWait(inbox, { code: true, timeout: 60 }).then(({ code }) => console.log(code.length));
  cy.mailweirWait(inbox.address, { subject: "x", since: new Date() }).then((mail) => {
    cy.mailweirText(mail).then((text) => console.log(text.length, mail.link("verify").length));
    cy.mailweirHtml(mail).then((html) => console.log(html.length));
  });
  cy.mailweirQuiet(inbox, { for: 5, regex: /x/ });
  cy.mailweirMessages(inbox).then(([first]) => console.log(first?.subject));
  cy.mailweirClear(inbox);
  cy.mailweirBundle("run.zip");
  cy.mailweirFree();
});
