import { isProfileName, PROFILES, type ProfileName } from '@storgo/node/config'
import { StorgoError } from '@storgo/protocol'

/** @throws {StorgoError} `REQUEST_INVALID`. */
export function knownProfile(name: string): ProfileName {
  if (isProfileName(name)) return name
  throw new StorgoError('REQUEST_INVALID', `there is no profile ${name}: expected one of ${PROFILES.join(', ')}`, {
    name,
  })
}
