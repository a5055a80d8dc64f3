/** {status} */
export default async function updateProfileStatus({ sock }, { body: { status } }) {
  await sock.updateProfileStatus(status);
  return { result: { update: 'success' } };
}
