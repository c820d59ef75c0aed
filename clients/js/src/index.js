// Mail in tests: addresses that are a test's own, and one call that waits for a mail.
//
//   const run = await new Mailweir().run();
//   const inbox = run.inbox("sign up");
//   … the application sends a mail to inbox.address …
//   const { code } = await inbox.wait({ code: true });
export { MailNotFoundError, MailweirError, UnexpectedMailError } from "./errors.js";
export { Mailweir } from "./mailweir.js";
