// A message of an inbox, whose bodies can be fetched.

import { Mail } from "./mail.js";

/** @import { CallOptions, Message as Declared, MessageData } from "../types/index.d.ts" */

/** @implements {Declared} */
export class Message extends Mail {
  #server;
  #address;

  /**
   * @param {import("./server.js").Server} server
   * @param {string} address
   * @param {MessageData} data
   */
  constructor(server, address, data) {
    super(data);
    this.#server = server;
    this.#address = address;
  }

  /**
   * @param {CallOptions} [options]
   * @returns {Promise<string>}
   */
  text(options) {
    return this.#body("text", "text", options);
  }

  /**
   * @param {CallOptions} [options]
   * @returns {Promise<string>}
   */
  html(options) {
    return this.#body("dirty", "text", options);
  }

  /**
   * @param {CallOptions} [options]
   * @returns {Promise<Uint8Array>}
   */
  raw(options) {
    return this.#body("raw", "bytes", options);
  }

  /**
   * @param {string} form
   * @param {"text" | "bytes"} as
   * @param {CallOptions} [options]
   */
  #body(form, as, { signal } = {}) {
    const path = `/api/${form}/${encodeURIComponent(this.#address)}/${this.id}`;
    return this.#server.ask({ path, as }, signal);
  }
}
