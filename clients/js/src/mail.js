// A message as a test sees it: its code, its links, and who wrote what to whom.

import { MailweirError } from "./errors.js";

/** @import { Mail as Declared, MessageData } from "../types/index.d.ts" */

/** @implements {Declared} */
export class Mail {
  /** @type {MessageData} */
  #data;

  /** @param {MessageData} data */
  constructor(data) {
    this.#data = data;
    this.id = data._id;
    this.subject = data.subject;
    this.from = data.from[0]?.address ?? "";
    this.to = data.to.map((one) => one.address);
    this.received = new Date(data.received);
    this.code = data.codes[0]?.value;
    this.codes = data.codes.map((one) => one.value);
    this.links = data.links;
    this.actions = data.actions;
  }

  get data() {
    return this.#data;
  }

  /** @param {string | RegExp} [kind] */
  link(kind) {
    const found = kind === undefined ? (this.actions[0]?.url ?? this.links[0]) : this.#linkOf(kind);
    if (found !== undefined) return found;
    const asked = kind === undefined ? "" : ` for ${kind instanceof RegExp ? kind : JSON.stringify(kind)}`;
    const there = [...this.actions.map((one) => `${one.kind}: ${one.url}`), ...this.links];
    const lines = [`${JSON.stringify(this.subject)} has no link${asked}; it has`, ...there];
    throw new MailweirError(there.length > 0 ? lines.join("\n  ") : `${lines[0]} none`);
  }

  /** @param {string | RegExp} kind */
  #linkOf(kind) {
    const has = kind instanceof RegExp ? matches(kind) : part(kind);
    const action =
      this.actions.find((one) => one.kind === kind) ??
      this.actions.find((one) => has(one.text)) ??
      this.actions.find((one) => has(one.url));
    return action?.url ?? this.links.find(has);
  }
}

/** @param {RegExp} wanted */
const matches = (wanted) => (/** @type {string} */ text) => text.search(wanted) >= 0;

/** @param {string} wanted */
function part(wanted) {
  const lower = wanted.toLowerCase();
  return (/** @type {string} */ text) => text.toLowerCase().includes(lower);
}
