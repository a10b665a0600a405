// Preloaded into every process of the local network (`node --import`). Their stdin is a pipe that the supervisor holds
// open: when it closes, the supervisor is gone, however it went, and so this process has to go too.
const ESCALATE_MS = 5_000

function end(): void {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), ESCALATE_MS).unref()
}

process.stdin.on('end', end).on('error', end).resume()
// Watching stdin must not keep a process alive that has finished.
if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref()
