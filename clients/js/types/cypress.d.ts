import type { Mail, QuietOptions, WaitOptions } from "./index.js";

export type { Action, Criteria, Mail, MessageData } from "./index.js";

export type MailweirWaitOptions = Omit<WaitOptions, "signal">;
export type MailweirQuietOptions = Omit<QuietOptions, "signal">;

export interface MailweirInbox {
  readonly address: string;
}

declare global {
  namespace Cypress {
    interface Chainable<Subject = any> {
      /** A fresh address of this spec's run, with the name or the test's title in it. */
      mailweirInbox(name?: string): Chainable<MailweirInbox>;
      /** The first message that fits and was not given yet; fails with what was near when none came. */
      mailweirWait(
        inbox: MailweirInbox | string,
        options: MailweirWaitOptions & { code: true },
      ): Chainable<Mail & { readonly code: string }>;
      mailweirWait(inbox: MailweirInbox | string, options?: MailweirWaitOptions): Chainable<Mail>;
      /** Fails as soon as a message that fits is there, beside those that were given. */
      mailweirQuiet(inbox: MailweirInbox | string, options?: MailweirQuietOptions): Chainable<null>;
      /** All there is, newest first, up to 1000. */
      mailweirMessages(inbox: MailweirInbox | string): Chainable<Mail[]>;
      /** The text of a message; made from the HTML when it has none. */
      mailweirText(mail: Mail): Chainable<string>;
      /** The HTML as the sender wrote it. */
      mailweirHtml(mail: Mail): Chainable<string>;
      /** Deletes all messages of an address. */
      mailweirClear(inbox: MailweirInbox | string): Chainable<null>;
      /** Writes all mail of this spec's run, and what was waited for, into a zip. */
      mailweirBundle(file: string): Chainable<null>;
      /** Deletes this spec's run with all its mail; done after the last test by itself. */
      mailweirFree(): Chainable<null>;
    }
  }
}
