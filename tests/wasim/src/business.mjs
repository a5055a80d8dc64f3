// w:biz: what accounts that are businesses say about themselves.
import { n, kid } from './b.mjs'

/** The answer to one question; `business` of an account: {address, description, website, email, category, hours}. */
export function businessProfile(store, asked) {
  const { jid } = kid(asked, 'profile').attrs
  const business = store.account(jid)?.business
  if (!business) return n('business_profile', { v: '244' })
  const { category, hours, ...texts } = business
  const members = Object.entries(texts).map(([tag, text]) => n(tag, {}, Buffer.from(text)))
  if (category) members.push(n('categories', {}, [n('category', { id: '1' }, Buffer.from(category))]))
  if (hours) members.push(n('business_hours', { timezone: hours.timezone }, hours.days.map((day) => n('business_hours_config', day))))
  return n('business_profile', { v: '244' }, [n('profile', { jid }, members)])
}
