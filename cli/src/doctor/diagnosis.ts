/** One thing of the installation that was looked at. */
export type Diagnosis = {
  subject: string
  ok: boolean
  /** What was found, in a few words. */
  state: string
  /** The next command; empty where none helps. */
  next: string
  /** Puts it right without asking anybody anything or losing what anybody needs. */
  repair?: () => Promise<void>
}

export function well(subject: string, state: string): Diagnosis {
  return { subject, ok: true, state, next: '' }
}

export function ill(subject: string, state: string, next: string, repair?: () => Promise<void>): Diagnosis {
  return { subject, ok: false, state, next, ...(repair && { repair }) }
}
