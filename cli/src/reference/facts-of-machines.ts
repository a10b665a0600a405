import { type CommandFacts, WITH_WALLET } from './command-facts.ts'

/** Of commands about this machine: its local network, how everything on it does, and the shell. */
export const FACTS_OF_MACHINES = {
  'dev up': { data: ['storgo.dev.status/1'], example: 'storgo dev up --no-files' },
  'dev down': { data: ['storgo.dev.down/1'], example: 'storgo dev down' },
  'dev status': {
    data: ['storgo.dev.status/1'],
    exits: { 3: 'none runs', 5: "a provider's process has ended" },
    example: 'storgo dev status',
  },
  'dev fund': {
    data: ['storgo.dev.fund/1'],
    exits: WITH_WALLET,
    example: 'storgo dev fund 0x71bE63f3384f5fb98995898A86B02Fb2426c5788 --amount 500',
  },
  health: {
    data: ['storgo.health/1'],
    exits: { 5: 'anything is not well' },
    example: 'storgo health',
  },
  doctor: {
    data: ['storgo.doctor/1'],
    exits: { 5: 'something is wrong' },
    example: 'storgo doctor --fix',
  },
  logs: {
    data: ['storgo.logs/1'],
    exits: { 3: 'no local network runs, or it has no such log' },
    example: 'storgo logs --follow --level warn',
  },
  top: { data: ['storgo.top/1'], exits: { 3: 'no provider runs here' }, example: 'storgo top' },
  shell: {
    data: [],
    without: 'what it prints is that of the commands in it; its exit code is that of the first that failed',
    exits: { 3: 'as of a command in it', 4: 'as of a command in it', 5: 'as of a command in it' },
    example: 'storgo shell',
  },
  completion: { data: ['storgo.completion/1'], example: 'storgo completion bash' },
  version: { data: ['storgo.version/1'], example: 'storgo version' },
} as const satisfies Record<string, CommandFacts>
