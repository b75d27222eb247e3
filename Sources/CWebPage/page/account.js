// Who is logged in, and the way out.

import { CallError, get } from './api.js'
import { $, say } from './dom.js'
import { connectionChanged } from './jobs.js'

async function read() {
  const { user, can_log_out: canLogOut } = await get('/api/v1/session')
  say($('account-name'), user)
  $('account').hidden = !user
  $('log-out').hidden = !canLogOut
}

let waiting

/** While no events come, it is asked whether the session is over: then `call` goes to the form to log in. */
function watch(isConnected) {
  clearInterval(waiting)
  if (!isConnected) waiting = setInterval(() => get('/api/v1/session').catch(() => {}), 3000)
}

export function startAccount() {
  read().catch(error => { if (!(error instanceof CallError)) throw error })
  connectionChanged.listen(watch)
}
