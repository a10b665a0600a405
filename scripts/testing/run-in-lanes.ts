import type { Stage } from './stages.ts'

type Waiting = Pick<Stage, 'name' | 'needs'>

/**
 * Runs all stages, at most `lanes` of them at once. Whenever a lane is free it takes the first stage of the list whose need has
 * ended, well or not; a need that is not in the list has been met.
 *
 * @throws {Error} before anything runs, if a stage would wait for one that is not before it in the list.
 */
export async function runInLanes<Each extends Waiting>(
  stages: readonly Each[],
  lanes: number,
  run: (stage: Each) => Promise<void>,
): Promise<void> {
  for (const [index, { name, needs }] of stages.entries()) {
    const late = stages.slice(index).some((other) => other.name === needs)
    if (late) throw new Error(`the stage "${name}" comes before "${needs}", which it needs`)
  }
  const waiting = [...stages]
  const unended = new Set(stages.map(({ name }) => name))
  const running = new Set<Promise<void>>()
  while (unended.size > 0) {
    const stage = waiting.find(({ needs }) => needs === undefined || !unended.has(needs))
    if (stage === undefined || running.size === lanes) {
      await Promise.race(running)
      continue
    }
    waiting.splice(waiting.indexOf(stage), 1)
    const ended = run(stage).finally(() => {
      unended.delete(stage.name)
      running.delete(ended)
    })
    running.add(ended)
  }
}
