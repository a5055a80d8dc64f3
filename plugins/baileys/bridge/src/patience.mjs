/**
 * Milliseconds that a question of a command waits for its answer: a little beyond the deadline, which then speaks first. By
 * itself baileys waits for a minute and takes no answer for an empty one.
 */
export const patience = ({ deadlineMs }) => Math.max(0, deadlineMs - Date.now()) + 1000;
