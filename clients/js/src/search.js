// What a wait or a silence asks for next: each message is given once, unless a test says since when.

import { queryOf, wordsOf } from "./criteria.js";

/** @import { Criteria, MessageData } from "../types/index.d.ts" */
/** @import { Answer } from "./answers.js" */

const NOT_FOUND = 404;

/**
 * What is known of an inbox: the ids of the messages that waits were given, and since when its mail counts.
 * @typedef {{ given: Set<string>, since?: string }} Box
 */

export class Search {
  #given;
  #moment = ""; // when the message came that `since` names

  /**
   * @param {Criteria} criteria
   * @param {readonly string[]} more names of options that are allowed beside the criteria
   * @param {Box} box
   */
  constructor(criteria, more, { given, since }) {
    const isSaid = criteria.since !== undefined;
    /**
     * What was passed over, newest first, as the server tells of misses.
     * @type {{ message: MessageData, failed: string[] }[]}
     */
    this.passed = [];
    this.query = queryOf(isSaid || !since ? criteria : { ...criteria, since }, more);
    this.words = wordsOf(this.query);
    this.#given = isSaid ? new Set() : given;
  }

  /**
   * Whether an answer is one to ask again after: at once, and from further on.
   * @param {Answer} answer
   */
  goesOn({ status, data }) {
    const message = /** @type {MessageData | undefined} */ (data?.message);
    if (message?._id && this.#given.has(message._id)) {
      this.passed.unshift({ message, failed: ["given"] });
      this.query.since = message._id;
      this.#moment = message.received;
      return true;
    }
    if (status !== NOT_FOUND || !this.#moment) return false;
    this.query.since = this.#moment; // the message is gone, its moment is not
    this.#moment = "";
    return true;
  }
}
