import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { checkChainAccess } from '../doctor/check-chain-access.ts'
import { checkLocalNetwork } from '../doctor/check-local-network.ts'
import { checkNodeFolder } from '../doctor/check-node-folder.ts'
import { checkWallet } from '../doctor/check-wallet.ts'
import { type Diagnosis, ill, well } from '../doctor/diagnosis.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { describeFindings } from '../health/finding.ts'
import { NODE_FOLDER } from '../provider/local-nodes.ts'
import type { DoctorFlags } from '../tree/observe-commands.ts'

const LEAST_NODE = 24

/** Looks over the installation, and with `--fix` repairs what is safe to: exit code 5 while something is wrong. */
export async function doctor(context: Context, flags: DoctorFlags): Promise<ExitCode> {
  const { output } = context
  let diagnoses = await examine(context, flags)
  const repairable = diagnoses.filter(({ repair }) => repair)
  const repaired: string[] = []
  if (flags.fix === true && repairable.length > 0) {
    for (const { subject, state } of repairable) output.note(`${subject}: ${state}`)
    await confirm(context, `Repair ${repairable.length === 1 ? 'it' : `these ${repairable.length}`}?`)
    for (const { subject, repair } of repairable) {
      await repair?.()
      repaired.push(subject)
    }
    diagnoses = await examine(context, flags)
  }
  const findings = diagnoses.map(({ repair: _, ...finding }) => finding)
  const healthy = findings.every(({ ok }) => ok)
  output.data('storgo.doctor/1', { healthy, repaired, findings }, describe(diagnoses, repaired))
  return healthy ? EXIT.ok : EXIT.unhealthy
}

async function examine(context: Context, { folder }: DoctorFlags): Promise<Diagnosis[]> {
  const { diagnoses, profile } = await checkWallet(context)
  return [
    checkNodeVersion(process.versions.node),
    ...diagnoses,
    ...(await checkChainAccess(context, profile ?? {})),
    ...(await checkLocalNetwork(context.cwd)),
    ...(await checkNodeFolder(context, folder ?? NODE_FOLDER)),
  ]
}

function checkNodeVersion(version: string): Diagnosis {
  if (Number(version.split('.')[0]) >= LEAST_NODE) return well('Node.js', version)
  return ill('Node.js', `${version}; ${LEAST_NODE} or later is needed`, 'npm start')
}

function describe(diagnoses: readonly Diagnosis[], repaired: readonly string[]): string {
  const bad = diagnoses.filter(({ ok }) => !ok)
  const fixable = bad.filter(({ repair }) => repair).length
  const what = fixable === bad.length ? (fixable === 1 ? 'it' : 'them') : `${fixable} of them`
  const advice = fixable > 0 ? `; storgo doctor --fix repairs ${what}` : ''
  const done = repaired.length > 0 ? `Repaired: ${repaired.join(', ')}.\n` : ''
  const verdict =
    bad.length === 0
      ? 'Nothing is wrong.'
      : `${bad.length} of ${diagnoses.length} ${bad.length === 1 ? 'is' : 'are'} wrong${advice}.`
  return `${describeFindings(diagnoses)}\n\n${done}${verdict}`
}
