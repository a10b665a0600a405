import { type CommandFacts, WITH_WALLET } from './command-facts.ts'

/** Of commands about files, volumes and wallets. */
export const FACTS_OF_FILES = {
  init: {
    data: ['storgo.init/1'],
    exits: { 3: 'no network is found', 4: 'the password file is missing or exposed' },
    example: 'storgo init --folder ~/.config/storgo',
  },
  put: {
    data: ['storgo.put/1'],
    exits: { ...WITH_WALLET, 6: 'a quorum holds it, not every slot; or not done in time: the same command goes on' },
    example: 'storgo put photos notes.txt backup/',
  },
  get: {
    data: ['storgo.get/1'],
    exits: { ...WITH_WALLET, 6: 'not done in time: the same command goes on' },
    example: 'storgo get backup/notes.txt notes-back.txt',
  },
  ls: { data: ['storgo.ls/1'], exits: WITH_WALLET, example: 'storgo ls backup --recursive' },
  stat: { data: ['storgo.stat/1'], exits: WITH_WALLET, example: 'storgo stat backup/notes.txt' },
  mv: {
    data: ['storgo.mv/1'],
    exits: { ...WITH_WALLET, 6: 'a quorum holds the change, not every slot' },
    example: 'storgo mv backup/notes.txt archive/',
  },
  rm: {
    data: ['storgo.rm/1'],
    exits: { ...WITH_WALLET, 6: 'a quorum holds the change, not every slot' },
    example: 'storgo rm backup/photos --recursive --yes',
  },
  undelete: {
    data: ['storgo.undelete/1'],
    exits: WITH_WALLET,
    example: 'storgo undelete backup/notes.txt --at epoch:12',
  },
  verify: {
    data: ['storgo.verify/1', 'storgo.verify.file/1', 'storgo.verify.slots/1', 'storgo.verify.sector/1'],
    exits: { ...WITH_WALLET, 5: 'something is not as it was stored, or the chain does not answer' },
    example: 'storgo verify backup',
  },
  'volume quote': {
    data: ['storgo.volume.quote/1'],
    exits: WITH_WALLET,
    example: 'storgo volume quote --size 1GiB --data 4 --parity 2 --epochs 1000',
  },
  'volume open': {
    data: ['storgo.volume.open/1'],
    exits: WITH_WALLET,
    example: 'storgo volume open --size 1GiB --max-price 8',
  },
  'volume ls': { data: ['storgo.volume.ls/1'], exits: WITH_WALLET, example: 'storgo volume ls' },
  'volume show': { data: ['storgo.volume.show/1'], exits: WITH_WALLET, example: 'storgo volume show 1' },
  'volume history': { data: ['storgo.volume.history/1'], exits: WITH_WALLET, example: 'storgo volume history 1' },
  'volume compact': {
    data: ['storgo.volume.compact/1'],
    exits: WITH_WALLET,
    example: 'storgo volume compact 1 --release --yes',
  },
  'volume dismiss': {
    data: ['storgo.volume.dismiss/1'],
    exits: WITH_WALLET,
    example: 'storgo volume dismiss 1 3 --yes',
  },
  'recovery card': {
    data: ['storgo.recovery.card/1'],
    exits: WITH_WALLET,
    example: 'storgo recovery card --out card.txt',
  },
  recover: {
    data: ['storgo.recover/1'],
    exits: WITH_WALLET,
    example: 'storgo recover --card card.txt --folder ~/.config/storgo',
  },
} as const satisfies Record<string, CommandFacts>
