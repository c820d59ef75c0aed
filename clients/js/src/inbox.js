// One address: waiting for its mail, and for none.

import { awaited, isAway, nothingYet, quietYet, silent, sliceOf } from "./answers.js";
import { secondsOf } from "./criteria.js";
import { isStatus } from "./errors.js";
import { MOST, PATIENCE, USUAL, USUAL_QUIET } from "./limits.js";
import { Message } from "./message.js";
import { Search } from "./search.js";

/** @import { Answer, Asked } from "./answers.js" */
/** @import { Box } from "./search.js" */
/** @import { Inbox as Declared } from "../types/index.d.ts" */
/** @import { CallOptions, MessageData, QuietOptions, WaitOptions } from "../types/index.d.ts" */

const FORBIDDEN = 403;
const NOT_FOUND = 404;

/** @implements {Declared} */
export class Inbox {
  #server;
  #path;

  #box;

  /**
   * @param {import("./server.js").Server} server
   * @param {string} address
   * @param {string} [since] when its mail counts, if not from a while before each call
   */
  constructor(server, address, since) {
    if (!/^[^@\s]+@[^@\s]+$/.test(address))
      throw new TypeError(`${JSON.stringify(address)} is no address; write it as name@host.`);
    this.#server = server;
    this.#path = `/api/addresses/${encodeURIComponent(address)}`;
    this.address = address;
    /** @type {Box} */
    this.#box = { given: new Set(), since };
  }

  toString() {
    return this.address;
  }

  /**
   * @param {WaitOptions} [options]
   * @returns {Promise<any>} a message; one with a code is declared as such
   */
  async wait({ timeout, claim, signal, ...criteria } = {}) {
    const search = new Search(criteria, ["timeout", "claim", "signal"], this.#box);
    if (claim) search.query.claim = "true";
    const asked = { address: this.address, seconds: secondsOf("timeout", timeout, USUAL), search };
    const data = awaited(asked, await this.#held("wait", "timeout", asked, nothingYet, signal));
    this.#box.given.add(data._id);
    return this.#message(await this.#readOut(data, signal));
  }

  /** @param {QuietOptions} [options] */
  async quiet({ for: duration, signal, ...criteria } = {}) {
    const search = new Search(criteria, ["for", "signal"], this.#box);
    const asked = { address: this.address, seconds: secondsOf("for", duration, USUAL_QUIET), search };
    silent(asked, await this.#held("quiet", "for", asked, quietYet, signal));
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
   * The last answer of a call that lasts: it is made again, from the same moment on, until it is decided.
   * @param {string} operation
   * @param {string} parameter that takes the seconds
   * @param {Asked} asked
   * @param {(answer: Answer) => boolean} undecided whether the call is to be made again while there is time
   * @param {AbortSignal} [signal]
   */
  #held(operation, parameter, { seconds, search }, undecided, signal) {
    const path = `${this.#path}/${operation}`;
    return this.#server.repeat(
      seconds,
      async (left) => {
        const takes = sliceOf(left);
        for (;;) {
          const query = { ...search.query, [parameter]: String(takes) };
          const answer = await this.#server.once({ path, query, takes }, signal);
          if (!search.goesOn(answer)) return answer;
        }
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
