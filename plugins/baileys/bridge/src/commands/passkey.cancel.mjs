/** The person gives up; new codes follow. */
export default async function cancel({ passkey }) {
  passkey.cancel();
  return { result: {} };
}
