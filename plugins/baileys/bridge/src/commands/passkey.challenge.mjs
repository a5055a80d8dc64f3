/** What the person has to do now: sign the challenge, or compare the code. */
export default async function challenge({ passkey }) {
  return { result: passkey.view() };
}
