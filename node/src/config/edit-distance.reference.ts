/** How many letters to add, drop, replace or swap with a neighbour turn `a` into `b`, by trying everything. */
export function slowEditDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [tailA, tailB] = [a.slice(1), b.slice(1)]
  const choices = [
    slowEditDistance(tailA, b) + 1,
    slowEditDistance(a, tailB) + 1,
    slowEditDistance(tailA, tailB) + (a[0] === b[0] ? 0 : 1),
  ]
  if (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0]) {
    choices.push(slowEditDistance(a.slice(2), b.slice(2)) + 1)
  }
  return Math.min(...choices)
}
