// Telephone numbers and what else a caller may write, as WhatsApp addresses (contract/routes.md 0.5).

const KEPT_SERVERS = ['@g.us', '@s.whatsapp.net', '@lid', '@broadcast'];

export function createJid(given) {
  const text = String(given).trim().replace(/:\d+(?=@|$)/, '');
  if (KEPT_SERVERS.some((server) => text.includes(server))) return text;
  const bare = text.replace(/[\s+()]/g, '').split(/[:@]/)[0];
  if (bare.includes('-') && bare.length >= 24) return `${bare.replace(/[^\d-]/g, '')}@g.us`;
  const digits = bare.replace(/\D/g, '');
  if (digits.length >= 18) return `${digits}@g.us`;
  return `${withoutNine(withoutMobileDigit(digits))}@s.whatsapp.net`;
}

/** The addresses under which a person may be registered: Brazil's ninth digit came later. */
export function candidates(jid) {
  const [user, server] = jid.split('@');
  if (server !== 's.whatsapp.net') return [jid];
  const brazil = /^55(\d\d)(9?)(\d{8})$/.exec(user);
  if (!brazil) return [jid];
  const [, area, nine, rest] = brazil;
  return [jid, `55${area}${nine ? '' : '9'}${rest}@s.whatsapp.net`];
}

/** Mexico and Argentina: 13 digits hold a mobile prefix that WhatsApp leaves out. */
function withoutMobileDigit(digits) {
  return /^5[24]\d{11}$/.test(digits) ? digits.slice(0, 2) + digits.slice(3) : digits;
}

/** Brazil: old accounts outside the first areas are registered without the ninth digit. */
function withoutNine(digits) {
  const brazil = /^55(\d\d)9(\d{8})$/.exec(digits);
  if (!brazil) return digits;
  const [, area, rest] = brazil;
  return Number(rest[0]) < 7 || Number(area) < 31 ? digits : `55${area}${rest}`;
}
