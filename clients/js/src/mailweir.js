// A server, and the runs that tests have there.

import { freshAddress } from "./addresses.js";
import { isAway } from "./answers.js";
import { refuseUnknown } from "./criteria.js";
import { isStatus } from "./errors.js";
import { Inbox } from "./inbox.js";
import { Server } from "./server.js";

/** @import { Answer } from "./answers.js" */
/** @import { Mailweir as DeclaredMailweir, Run as DeclaredRun } from "../types/index.d.ts" */
/** @import { CallOptions, MailweirOptions, RunData, RunOptions } from "../types/index.d.ts" */

const CONFLICT = 409;
const GONE = 410;

/**
 * Whether the server is away, or bundles the same run for somebody else.
 * @param {Answer} answer
 */
const isBusy = (answer) => isAway(answer) || answer.status === CONFLICT;

/** @implements {DeclaredMailweir} */
export class Mailweir {
  #server;

  /** @param {MailweirOptions} [options] */
  constructor(options) {
    this.#server = new Server(options);
    this.url = this.#server.url;
  }

  /**
   * @param {RunOptions} [options]
   * @returns {Promise<Run>}
   */
  async run({ signal, addresses = 0, ...more } = {}) {
    refuseUnknown(more, ["ttl", "domain", "name", "addresses", "signal"]);
    const call = { method: "POST", path: "/api/runs", body: { addresses, ...more } };
    return new Run(this.#server, await this.#server.ask(call, signal));
  }

  /** @param {string} address */
  inbox(address) {
    return new Inbox(this.#server, address);
  }
}

/** @implements {DeclaredRun} */
export class Run {
  #server;
  #path;

  /**
   * @param {Server} server
   * @param {RunData} data
   */
  constructor(server, data) {
    this.#server = server;
    this.#path = `/api/runs/${encodeURIComponent(data.id)}`;
    this.id = data.id;
    this.name = data.name;
    this.domain = data.domain;
    this.prefix = data.prefix;
    this.addresses = data.addresses;
    this.created = new Date(data.created);
    this.expires = new Date(data.expires);
    this.private = data.private;
  }

  /** @param {string} [name] */
  inbox(name = "") {
    return new Inbox(this.#server, freshAddress(this, name), this.created.toISOString());
  }

  /** @param {CallOptions} [options] */
  async free({ signal } = {}) {
    try {
      const { messages } = await this.#server.ask({ method: "DELETE", path: this.#path }, signal);
      return /** @type {number} */ (messages);
    } catch (error) {
      if (!isStatus(error, GONE)) throw error;
      return 0;
    }
  }

  /**
   * @param {CallOptions} [options]
   * @returns {Promise<Uint8Array>}
   */
  bundle({ signal } = {}) {
    return this.#server.ask({ path: `${this.#path}/bundle`, as: "bytes" }, signal, isBusy);
  }

  async [Symbol.asyncDispose]() {
    await this.free();
  }
}
