import { changeSettings } from '../app_state.mjs';

/** {name}. Messages carry it, so it is kept with the credentials; our own changes do not come back to us. */
export default async function updateProfileName(context, { body: { name } }) {
  await changeSettings(context, { pushNameSetting: name });
  context.sock.ev.emit('creds.update', { me: { ...context.creds.me, name } });
  return { result: { update: 'success' } };
}
