/** What a business says about itself; undefined: it is none. */
export async function businessOf({ sock }, jid) {
  const found = await sock.getBusinessProfile(jid);
  if (!found) return undefined;
  const { wid, address, description, website, email, category, business_hours: hours } = found;
  return {
    wid: wid ?? jid,
    address: address ?? null,
    description: description || null,
    website: website ?? [],
    email: email ?? null,
    category: category ?? null,
    business_hours: hours?.business_config ? { ...(hours.timezone ? { timezone: hours.timezone } : {}), business_config: hours.business_config } : null,
  };
}

/** What somebody says about himself; null: nothing, or not to this account. */
export async function statusOf({ sock }, jid) {
  const [found] = (await sock.fetchStatus(jid)) ?? [];
  return found?.status?.status || null;
}
