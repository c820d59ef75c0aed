/// <reference lib="esnext.disposable" />

/** A server, by default that of MAILWEIR_URL, or http://127.0.0.1:8025. */
export declare class Mailweir {
  constructor(options?: MailweirOptions);
  readonly url: string;
  /** Begins a run: addresses that are a suite's own, and are freed with all their mail. */
  run(options?: RunOptions): Promise<Run>;
  /** An address that is there already, or anybody's. Asks nobody. */
  inbox(address: string): Inbox;
}

export interface MailweirOptions {
  /** Of the HTTP door; otherwise MAILWEIR_URL. */
  url?: string | undefined;
  /** Of an account, whose runs nobody else reads; otherwise MAILWEIR_KEY. */
  key?: string | undefined;
}

export interface CallOptions {
  /** Ends the call; it throws what the signal was aborted with. */
  signal?: AbortSignal | undefined;
}

export interface RunOptions extends CallOptions {
  /** Seconds, from 60 to 86400, after which a run that nobody freed is gone with its mail; otherwise 3600. */
  ttl?: number | undefined;
  /** One that the server takes mail for; otherwise the server chooses. */
  domain?: string | undefined;
  /** Up to 100 characters, for people. */
  name?: string | undefined;
  /** How many addresses the server makes; otherwise none, since `inbox` makes them here. */
  addresses?: number | undefined;
}

export interface Run extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  /** Every address that begins so, at the run's domain, is the run's. */
  readonly prefix: string;
  readonly addresses: readonly string[];
  readonly created: Date;
  readonly expires: Date;
  /** Whether only the account of the key reads its mail. */
  readonly private: boolean;
  /** A fresh address, with the name in it. Asks nobody, and two are never the same. */
  inbox(name?: string): Inbox;
  /** Deletes the run with all its mail, and gives how many messages there were; 0 if it was gone already. */
  free(options?: CallOptions): Promise<number>;
  /** All its mail and what was waited for: a zip. */
  bundle(options?: CallOptions): Promise<Uint8Array>;
}

export interface Inbox {
  readonly address: string;
  /**
   * The first message that fits, of those that this inbox has not given yet. Throws MailNotFoundError when none
   * has come in time.
   */
  wait(options: WaitOptions & { code: true }): Promise<Message & { readonly code: string }>;
  wait(options?: WaitOptions): Promise<Message>;
  /** Throws UnexpectedMailError as soon as a message that fits is there, beside those that were given. */
  quiet(options?: QuietOptions): Promise<void>;
  /** All there is, newest first, up to 1000. */
  messages(options?: CallOptions): Promise<Message[]>;
  /** Deletes all its messages. */
  clear(options?: CallOptions): Promise<void>;
  /** The address. */
  toString(): string;
}

/** All that are given have to hold; texts are parts, in any case, up to 500 characters. */
export interface Criteria {
  /** It has a one-time code. Excludes `link` and `attachment`. */
  code?: boolean | undefined;
  /** It has a link. */
  link?: boolean | undefined;
  /** It has an attachment. */
  attachment?: boolean | undefined;
  /** Of the sender's address or name. */
  from?: string | undefined;
  /** Of a recipient's address or name. */
  to?: string | undefined;
  subject?: string | undefined;
  text?: string | undefined;
  /** Over subject, a line end and text, in RE2's syntax: no look-around and no references back. */
  regex?: string | RegExp | undefined;
  /**
   * Received from then on, or after that message, also if it was given already. Otherwise all mail of a run's
   * inbox counts, and of others what came from 60 seconds before the call, by the clock here.
   */
  since?: Date | string | { readonly id: string } | undefined;
}

export interface WaitOptions extends Criteria, CallOptions {
  /** Seconds, up to 3600; otherwise 30. */
  timeout?: number | undefined;
  /** Nobody else who claims is given the same message. */
  claim?: boolean | undefined;
}

export interface QuietOptions extends Criteria, CallOptions {
  /** Seconds, up to 3600; otherwise 5. */
  for?: number | undefined;
}

/** A message, read. */
export interface Mail {
  readonly id: string;
  readonly subject: string;
  /** The sender's address, or "". */
  readonly from: string;
  /** The addresses in its To field. */
  readonly to: readonly string[];
  readonly received: Date;
  /** The likeliest one-time code. */
  readonly code: string | undefined;
  /** All of them, the likeliest first. */
  readonly codes: readonly string[];
  readonly links: readonly string[];
  /** Links that ask to be followed, the likeliest first. */
  readonly actions: readonly Action[];
  /** All that the server says of it. */
  readonly data: MessageData;
  /**
   * The link to follow: the likeliest; or that of a kind (verify, reset, signin, invite, unlock), or else one
   * with that in its text or url. Throws MailweirError when there is none.
   */
  link(kind?: string | RegExp): string;
}

export interface Message extends Mail {
  /** Made from the HTML when it has no text. */
  text(options?: CallOptions): Promise<string>;
  /** As the sender wrote it; made from the text when it has no HTML. */
  html(options?: CallOptions): Promise<string>;
  /** Every octet of it. */
  raw(options?: CallOptions): Promise<Uint8Array>;
}

export interface Action {
  url: string;
  text: string;
  /** verify, reset, signin, invite or unlock. */
  kind: string;
  /** From 0 to 1. */
  confidence: number;
}

export interface NamedAddress {
  address: string;
  name: string;
}

/** A message as the API gives it. */
export interface MessageData {
  _id: string;
  from: NamedAddress[];
  to: NamedAddress[];
  cc: NamedAddress[];
  bcc: NamedAddress[];
  subject: string;
  inbox: string;
  originalInbox: string;
  domain: string;
  received: string;
  size: number;
  attachments: string[];
  links: string[];
  codes: { value: string; source: string; confidence: number }[];
  actions: Action[];
  digest: string;
  snippet: string;
  [more: string]: unknown;
}

/** A run as the API gives it. */
export interface RunData {
  id: string;
  name: string;
  domain: string;
  prefix: string;
  addresses: string[];
  created: string;
  expires: string;
  private: boolean;
}

/** A message that was not the one, and why. */
export interface Nearest {
  mail: Mail;
  failed: string[];
}

/** Mail that the server did not take, and what it replied. */
export interface Refused {
  recipient: string;
  /** Empty when it was only slowed. */
  reply: string;
  at: string;
  /** What was done: `slow`, `later` (it may be sent again), `refuse` or `ban`; servers of old did not say. */
  action?: "slow" | "later" | "refuse" | "ban";
  /** What has caused it, such as `inbox`. */
  rule?: string;
  /** How long it was held, or until when it may be sent again. */
  seconds?: number;
  /** Finds more of it at `/api/deliveries?code=`. */
  code?: string;
}

/** What went wrong; `status` is that of the server's answer, and undefined without one. */
export declare class MailweirError extends Error {
  constructor(message: string, status?: number);
  readonly status: number | undefined;
}

/** Nothing that fits has come: the message says what was near, what was refused, whose fault it may be. */
export declare class MailNotFoundError extends MailweirError {
  private constructor();
  readonly address: string;
  /** Newest first. */
  readonly nearest: readonly Nearest[];
  readonly refused: readonly Refused[];
  /** Whether the server is well; if not, `reasons` says why, and the application may not be at fault. */
  readonly healthy: boolean;
  readonly reasons: readonly string[];
}

/** Something came that should not have. */
export declare class UnexpectedMailError extends MailweirError {
  private constructor();
  readonly address: string;
  readonly mail: Mail;
}
