/**
 * A box on WhatsApp's own page with a button: who presses it shows the account's passkey. The same text is the
 * extension's and what the link page gives to people without it, for the browser's console.
 *
 * @param publicKey WhatsApp's options in JSON, as the gateway has them
 * @param lang en, pt or es
 * @param back where the result goes, as `#passkey=<base64url of its JSON>`; without it, it is shown to be copied
 */
function colibriSign({ publicKey, lang, back }) {
  const words = {
    en: ['Link WhatsApp', 'Who asks for your passkey is', 'Go on only if you have just scanned a code of theirs.', 'Use the passkey',
      'Cancel', 'It did not work. Try again.', 'Copy this text and paste it into the page that you came from.', 'Copy'],
    pt: ['Vincular o WhatsApp', 'Quem pede a sua chave de acesso é', 'Continue apenas se você acabou de escanear um código deles.', 'Usar a chave de acesso',
      'Cancelar', 'Não funcionou. Tente de novo.', 'Copie este texto e cole-o na página de onde você veio.', 'Copiar'],
    es: ['Vincular WhatsApp', 'Quien pide tu clave de acceso es', 'Sigue solo si acabas de escanear un código suyo.', 'Usar la clave de acceso',
      'Cancelar', 'No ha funcionado. Inténtalo de nuevo.', 'Copia este texto y pégalo en la página de la que vienes.', 'Copiar'],
  }[lang] ?? []
  const [title, who, warning, use, cancel, failed, copyThis, copy] = words
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
  const base64url = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  const add = (to, tag, text = '', style = '') => {
    const element = document.createElement(tag)
    element.textContent = text
    element.style.cssText = style
    to.append(element)
    return element
  }

  const box = add(document.documentElement, 'dialog', '', 'max-width: 26rem; padding: 1.5rem; border: 2px solid #0b6b50; color: #111; background: #fff; font: 1rem/1.5 sans-serif')
  box.lang = lang
  const heading = add(box, 'h2', title, 'margin: 0 0 0.5rem; font-size: 1.25rem')
  heading.id = 'colibri-title'
  box.setAttribute('aria-labelledby', heading.id)
  if (back) add(box, 'p', `${who} ${new URL(back).host}. ${warning}`)
  const trouble = add(box, 'p', '', 'color: #a11')
  trouble.setAttribute('role', 'alert')
  const button = (text) => add(box, 'button', text, 'margin: 0.5rem 0.5rem 0 0; padding: 0.5rem 1rem; border: 1px solid #0b6b50; color: #111; background: #fff; font: inherit')
  const yes = button(use)
  const no = button(cancel)
  const leave = (fragment = '') => {
    box.remove()
    if (back) location.assign(back + fragment)
  }
  box.addEventListener('cancel', () => leave())
  no.addEventListener('click', () => leave())

  yes.addEventListener('click', async () => {
    trouble.textContent = ''
    try {
      const allowed = publicKey.allowCredentials?.map((one) => ({ ...one, id: bytes(one.id) }))
      const credential = await navigator.credentials.get({
        publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), ...(allowed && { allowCredentials: allowed }) },
      })
      const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response
      show({
        id: credential.id,
        rawId: base64url(credential.rawId),
        type: credential.type,
        response: {
          clientDataJSON: base64url(clientDataJSON),
          authenticatorData: base64url(authenticatorData),
          signature: base64url(signature),
          userHandle: userHandle && base64url(userHandle),
        },
      })
    } catch (error) {
      trouble.textContent = `${failed} (${error.name})`
    }
  })

  function show(credential) {
    const text = JSON.stringify(credential)
    if (back) return leave(`#passkey=${base64url(new TextEncoder().encode(text))}`)
    yes.remove()
    const label = add(box, 'label', copyThis, 'display: block')
    const area = add(label, 'textarea', '', 'display: block; width: 100%; height: 6rem')
    area.readOnly = true
    area.value = text
    area.select()
    button(copy).addEventListener('click', () => navigator.clipboard.writeText(text))
    box.append(no)
  }
  box.showModal()
}
