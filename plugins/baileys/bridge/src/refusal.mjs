/** WhatsApp, or common sense, refuses this one command. The message is for the caller: no secrets. */
export class Refusal extends Error {}

/** The command was answered while it was being prepared (cancelled, or over its deadline): it must not go out any more. */
export class Overtaken extends Error {}

/** The link went away before the outcome was known. */
export class LinkLost extends Error {
  lost = true;
}
