/** The person says that the phone shows the code that we show. */
export default async function confirm({ passkey }) {
  return { result: await passkey.confirm() };
}
