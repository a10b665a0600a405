import * as platform from './node.ts'
import { describePlatform } from './platform.conformance.ts'

describePlatform('the Node platform', platform)
