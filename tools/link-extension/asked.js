// What a link page asks for stands behind the `#` of the address; it is taken away before WhatsApp's own script starts.
;(() => {
  const MARK = '#colibri-passkey='
  if (!location.hash.startsWith(MARK)) return
  const text = location.hash.slice(MARK.length)
  history.replaceState(null, '', location.pathname + location.search)
  try {
    const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
    const { publicKey, lang, back } = JSON.parse(new TextDecoder().decode(bytes))
    const to = new URL(back)
    const isALinkPage = /^https?:$/.test(to.protocol) && /\/link\/page\/[\w-]{43}$/.test(to.pathname) && !to.hash
    if (!isALinkPage || typeof publicKey?.challenge !== 'string') return
    const ask = () => colibriSign({ publicKey, lang: ['en', 'pt', 'es'].includes(lang) ? lang : 'en', back: to.href })
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', ask, { once: true })
    else ask()
  } catch {
    // It is not of a link page.
  }
})()
