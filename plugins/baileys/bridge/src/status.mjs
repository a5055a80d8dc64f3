// The numbers of colibri/abi/base.h that cross the frames.
export const Status = Object.freeze({
  ok: 0,
  invalidArgument: -1,
  notFound: -2,
  unsupported: -3,
  unavailable: -4, // nothing was done
  timeout: -5, // outcome unknown
  busy: -6,
  cancelled: -7,
  forbidden: -10,
  rejected: -12, // the other end refuses this one
  shuttingDown: -13,
  internal: -14,
});

const FINAL = new Set([Status.invalidArgument, Status.forbidden, Status.rejected, Status.unsupported]);

/** The host will never take this one, however often it is asked: for what it is, or because it fits into no frame. */
export const isFinal = (error) => FINAL.has(error.status) || error.tooLarge === true;
