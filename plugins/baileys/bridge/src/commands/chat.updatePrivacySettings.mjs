import { patience } from '../patience.mjs';
import { privacyOf, setPrivacy, SETTINGS } from '../privacy.mjs';
import { Refusal, refusalOf } from '../refusal.mjs';

/** All of SETTINGS, one after the other. */
export default async function updatePrivacySettings({ sock }, command) {
  const set = [];
  for (const name of SETTINGS) {
    try {
      await setPrivacy(sock, name, command.body[name], patience(command));
    } catch (error) {
      const why = refusalOf(error);
      throw why ? new Refusal(`${name}: ${why}; ${set.length > 0 ? `set already: ${set.join(', ')}` : 'nothing was set'}`) : error;
    }
    set.push(name);
  }
  return { result: { update: 'success', data: await privacyOf(sock) } };
}
