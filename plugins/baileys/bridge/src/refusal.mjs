import { Status } from './status.mjs';

/** WhatsApp, or common sense, refuses this one command. The message is for the caller: no secrets. */
export class Refusal extends Error {
  status = Status.rejected;
}

/** There is nothing of the kind that the command is about. */
export class NotFound extends Refusal {
  status = Status.notFound;
}

/** With the object of the contract: {"jid","exists":false,"number"}. */
export class NotOnWhatsApp extends Refusal {
  constructor(jid, number) {
    super(JSON.stringify({ jid, exists: false, number: String(number) }));
  }
}

/** It may be asked for again in a while; nothing was done. */
export class NotNow extends Refusal {
  status = Status.unavailable;
}

/** @returns {string|undefined} why WhatsApp, or common sense, said no; undefined: something else went wrong */
export function refusalOf(error) {
  if (error instanceof Refusal) return error.message;
  return typeof error?.data === 'number' ? `WhatsApp refused with error ${error.data}` : undefined; // as baileys throws it
}

/** The command was answered while it was being prepared (cancelled, or over its deadline): it must not go out any more. */
export class Overtaken extends Error {}

/** The link went away before the outcome was known. */
export class LinkLost extends Error {
  lost = true;
}
