import { privacyOf } from '../privacy.mjs';

export default async ({ sock }) => ({ result: await privacyOf(sock) });
