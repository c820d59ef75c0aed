// Why a test did not get its mail, in words that tell the application's fault from the platform's.

/** @import { Mail, Nearest, Refused } from "../types/index.d.ts" */

const MOST = 10; // misses and refusals that are shown
const WIDTH = 100; // characters of a subject that are shown

/** @type {Record<string, string>} */
const REASONS = {
  from: "its sender is another one",
  to: "its recipient is another one",
  subject: "its subject is another one",
  text: "its text is another one",
  regex: "the regex does not match it",
  "no code": "it has no code",
  "no link": "it has no link",
  "no attachment": "it has no attachment",
  "too early": "it came too early",
  "other inbox": "it went to another inbox",
  given: "an earlier wait was given it",
  claimed: "another waiter has claimed it",
  pending: "it is not read yet",
  unreadable: "it cannot be read",
};

export class MailweirError extends Error {
  /**
   * @param {string} message
   * @param {number} [status] of the server's answer; none when the server gave none or was not asked
   */
  constructor(message, status) {
    super(message);
    this.name = new.target.name;
    this.status = status;
  }
}

/**
 * @param {unknown} error
 * @param {number} status
 */
export const isStatus = (error, status) => error instanceof MailweirError && error.status === status;

export class MailNotFoundError extends MailweirError {
  /**
   * @param {{ address: string, seconds: number, words: string }} asked
   * @param {{ nearest: Nearest[], refused: Refused[], healthy: boolean, reasons: string[] }} told
   */
  constructor(asked, told) {
    super(
      [
        `No mail that fits came to ${asked.address} in ${asked.seconds} s (${asked.words}).`,
        ...shown(told.nearest.map(near)),
        ...shown(told.refused.map(refusal)),
        verdict(told),
      ].join("\n"),
      408,
    );
    this.address = asked.address;
    this.nearest = told.nearest;
    this.refused = told.refused;
    this.healthy = told.healthy;
    this.reasons = told.reasons;
  }
}

export class UnexpectedMailError extends MailweirError {
  /**
   * @param {{ address: string, seconds: number, words: string }} asked
   * @param {Mail} mail
   */
  constructor(asked, mail) {
    super(
      `Mail came to ${asked.address} that should not have come in ${asked.seconds} s (${asked.words}).\n` +
        `  came: ${described(mail)}`,
      409,
    );
    this.address = asked.address;
    this.mail = mail;
  }
}

/** @param {Nearest} one */
const near = ({ mail, failed }) =>
  `  near: ${described(mail)}: ${failed.map((reason) => REASONS[reason] ?? reason).join(", ")}`;

/** @type {Record<string, string>} */
const DONE = { slow: "slowed", later: "put off", refuse: "refused", ban: "refused by a ban" };

/** @param {Refused} one */
function refusal({ recipient, reply, at, action = "refuse", rule, seconds = 0, code }) {
  const why = reply || `held for ${Math.ceil(seconds)} s by the rule "${rule}" [${code}]`;
  return `  ${DONE[action] ?? action}: mail to ${recipient} at ${at}: ${why}`;
}

/** @param {Mail} mail */
function described({ subject, from, data, received }) {
  const cut = subject.length > WIDTH ? `${subject.slice(0, WIDTH)}…` : subject;
  const way = `from ${from || "nobody"} to ${data.originalInbox}`;
  return `${JSON.stringify(cut)} ${way} at ${received.toISOString()}`;
}

/** @param {{ nearest: unknown[], refused: Refused[], healthy: boolean, reasons: string[] }} told */
function verdict({ nearest, refused, healthy, reasons }) {
  if (!healthy) return `The server is not well (${reasons.join("; ")}): it may be the platform's fault.`;
  const well = "The server is healthy";
  if (refused.some(({ action }) => action !== "slow"))
    return `${well}, and refused mail: its replies say why.`;
  if (nearest.length > 0) return `${well}: look at the application, or at what the test asks for.`;
  if (refused.length > 0) return `${well}, and slowed mail, which may still come.`;
  return `${well}, and no mail was near: look at the application, and at where it sends its mail.`;
}

/** @param {string[]} lines */
function shown(lines) {
  const left = lines.length - MOST;
  return left > 0 ? [...lines.slice(0, MOST), `  … and ${left} more`] : lines;
}
