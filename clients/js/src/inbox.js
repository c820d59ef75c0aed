// One address: waiting for its mail, and for none.

import { awaited, isAway, nothingYet, quietYet, silent, sliceOf } from "./answers.js";
import { queryOf, secondsOf, wordsOf } from "./criteria.js";
import { isStatus } from "./errors.js";
import { MOST, PATIENCE, USUAL, USUAL_QUIET } from "./limits.js";
import { Message } from "./message.js";

/** @import { Answer } from "./answers.js" */
/** @import { Inbox as Declared } from "../types/index.d.ts" */
/** @import { CallOptions, MessageData, QuietOptions, WaitOptions } from "../types/index.d.ts" */

const FORBIDDEN = 403;
const NOT_FOUND = 404;

/** @implements {Declared} */
export class Inbox {
  #server;
  #path;

  /**
   * @param {import("./server.js").Server} server
   * @param {string} address
   */
  constructor(server, address) {
    if (!/^[^@\s]+@[^@\s]+$/.test(address))
      throw new TypeError(`${JSON.stringify(address)} is no address; write it as name@host.`);
    this.#server = server;
    this.#path = `/api/addresses/${encodeURIComponent(address)}`;
    this.address = address;
  }

  toString() {
    return this.address;
  }

  /**
   * @param {WaitOptions} [options]
   * @returns {Promise<any>} a message; one with a code is declared as such
   */
  async wait({ timeout, claim, signal, ...criteria } = {}) {
    const query = queryOf(criteria, ["timeout", "claim", "signal"]);
    if (claim) query.claim = "true";
    const seconds = secondsOf("timeout", timeout, USUAL);
    const asked = { address: this.address, seconds, words: wordsOf(query) };
    const answer = await this.#held("wait", "timeout", query, seconds, nothingYet, signal);
    return this.#message(await this.#readOut(awaited(asked, answer), signal));
  }

  /** @param {QuietOptions} [options] */
  async quiet({ for: duration, signal, ...criteria } = {}) {
    const query = queryOf(criteria, ["for", "signal"]);
    const seconds = secondsOf("for", duration, USUAL_QUIET);
    const asked = { address: this.address, seconds, words: wordsOf(query) };
    silent(asked, await this.#held("quiet", "for", query, seconds, quietYet, signal));
  }

  /** @param {CallOptions} [options] */
  async messages({ signal } = {}) {
    const found = [];
    for (const data of await this.#listed(signal))
      found.push(this.#message(await this.#readOut(data, signal)));
    return found;
  }

  /** @param {CallOptions} [options] */
  async clear({ signal } = {}) {
    const path = `${this.#path}/messages`;
    try {
      await this.#server.ask({ method: "DELETE", path }, signal);
    } catch (error) {
      if (!isStatus(error, FORBIDDEN)) throw error;
      // Usually who has no key may delete messages one at a time (anonymous_deletes).
      for (const { _id } of await this.#listed(signal)) await this.#delete(`${path}/${_id}`, signal);
    }
  }

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<MessageData[]>}
   */
  #listed(signal) {
    return this.#server.ask({ path: `${this.#path}/messages`, query: { limit: String(MOST) } }, signal);
  }

  /**
   * @param {string} path
   * @param {AbortSignal} [signal]
   */
  async #delete(path, signal) {
    await this.#server.ask({ method: "DELETE", path }, signal).catch((error) => {
      if (!isStatus(error, NOT_FOUND)) throw error;
    });
  }

  /**
   * The last answer of a call that lasts: it is made again, with the same `since`, until it is decided.
   * @param {string} operation
   * @param {string} parameter that takes the seconds
   * @param {Record<string, string>} query
   * @param {number} seconds
   * @param {(answer: Answer) => boolean} undecided whether the call is to be made again while there is time
   * @param {AbortSignal} [signal]
   */
  #held(operation, parameter, query, seconds, undecided, signal) {
    const path = `${this.#path}/${operation}`;
    return this.#server.repeat(
      seconds,
      (left) => {
        const takes = sliceOf(left);
        return this.#server.once({ path, query: { ...query, [parameter]: String(takes) }, takes }, signal);
      },
      (answer) => isAway(answer) || undecided(answer),
      signal,
    );
  }

  /**
   * The same message with its codes and links, which may be read out of it a moment later.
   * @param {MessageData} data
   * @param {AbortSignal} [signal]
   */
  async #readOut(data, signal) {
    if (data.digest !== "pending") return data;
    const path = `${this.#path}/messages/${data._id}`;
    const answer = await this.#server.repeat(
      PATIENCE,
      () => this.#server.once({ path }, signal),
      (one) => isAway(one) || one.data?.digest === "pending",
      signal,
    );
    return /** @type {MessageData} */ (answer.status === 200 ? answer.data : data);
  }

  /** @param {MessageData} data */
  #message(data) {
    return new Message(this.#server, this.address, data);
  }
}
