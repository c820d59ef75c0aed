// What the server's answers to a wait and to a silence mean, whoever has asked: fetch or cy.request.

import { MailNotFoundError, MailweirError, UnexpectedMailError } from "./errors.js";
import { SLICE } from "./limits.js";
import { Mail } from "./mail.js";

/** @import { Search } from "./search.js" */
/** @import { MessageData } from "../types/index.d.ts" */

/**
 * `status` 0: nobody answered, and `why` says so; otherwise `why` names the call.
 * @typedef {{ status: number, data: any, why: string }} Answer
 * @typedef {{ address: string, seconds: number, search: Search }} Asked
 */

// No answer, and those of a server that comes back or of a proxy before it.
const AWAY = [0, 502, 503, 504];

/** @param {Answer} answer */
export const isAway = ({ status }) => AWAY.includes(status);

/**
 * Seconds for the next call of a wait, in whole ones as the server takes them.
 * @param {number} left
 */
export const sliceOf = (left) => Math.min(Math.max(Math.ceil(left), 0), SLICE);

/**
 * Whether nothing has come up to now.
 * @param {Answer} answer
 */
export const nothingYet = ({ status, data }) => status === 408 && Array.isArray(data?.nearest);

/**
 * Whether it has been quiet up to now, as Mailweir says it: any other server's 200 is no silence.
 * @param {Answer} answer
 */
export const quietYet = ({ status, data }) => status === 200 && data?.quiet === true;

/**
 * The message of a wait, in the server's shape.
 * @param {Asked} asked
 * @param {Answer} answer
 * @returns {MessageData}
 */
export function awaited(asked, answer) {
  if (answer.status === 200 && answer.data?.message) return answer.data.message;
  if (nothingYet(answer)) throw notFound(asked, answer.data);
  throw failure(answer);
}

/**
 * Throws unless it was quiet.
 * @param {Asked} asked
 * @param {Answer} answer
 */
export function silent(asked, answer) {
  if (answer.status === 409 && answer.data?.message?._id)
    throw new UnexpectedMailError({ ...asked, words: asked.search.words }, new Mail(answer.data.message));
  if (!quietYet(answer)) throw failure(answer);
}

/**
 * What is thrown for an answer that nobody can use.
 * @param {Answer} answer
 */
export function failure({ status, data, why }) {
  if (status === 0) return new MailweirError(`${why} It is the platform's fault, not the application's.`);
  const told = data?.message ?? "an answer that is not Mailweir's: is the url that of its HTTP door?";
  const hint = status === 401 ? " The key comes from the option key or from MAILWEIR_KEY." : "";
  return new MailweirError(`${why}: ${status}, ${told}${hint}`, status);
}

/**
 * @param {Asked} asked
 * @param {any} data
 */
function notFound({ search, ...asked }, data) {
  const nearest = [...data.nearest, ...search.passed];
  const told = {
    nearest: nearest.map(({ message, failed }) => ({ mail: new Mail(message), failed })),
    refused: data.refused ?? [],
    healthy: data.intake.healthy,
    reasons: data.intake.reasons,
  };
  return new MailNotFoundError({ ...asked, words: search.words }, told);
}
