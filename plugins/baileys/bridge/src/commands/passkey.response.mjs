/** {credential}: what the browser's `navigator.credentials.get` gave for the challenge, as its `toJSON()`. */
export default async function response({ passkey }, { body: { credential } }) {
  return { result: await passkey.respond(credential) };
}
