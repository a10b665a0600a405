import { nearestSetting, type Setting, settingOf } from '@storgo/node/config'
import { StorgoError } from '@storgo/protocol'

/** @throws {StorgoError} `REQUEST_INVALID` with the key that was probably meant. */
export function knownSetting(key: string): Setting {
  const setting = settingOf(key)
  if (setting !== undefined) return setting
  const nearest = nearestSetting(key.split('.'))
  const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`
  throw new StorgoError('REQUEST_INVALID', `there is no setting ${key}${meant}`, { key, next: 'storgo config explain' })
}
