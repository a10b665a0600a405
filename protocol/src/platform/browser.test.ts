import * as platform from './browser.ts'
import { describePlatform } from './platform.conformance.ts'

describePlatform('the browser platform', platform)
