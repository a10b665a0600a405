import { type CommandFacts, WITH_NODE, WITH_WALLET } from './command-facts.ts'

const NO_NODE = { 3: 'no node runs on that folder' } as const

/** Of commands about providers, their network, stake, proofs and settings. */
export const FACTS_OF_PROVIDERS = {
  'node init': {
    data: ['storgo.node.init/1'],
    exits: WITH_WALLET,
    example: 'storgo node init --folder provider --stake 1000 --capacity 10GiB',
  },
  'node start': {
    data: [],
    without: 'it is the node itself: what it prints is its log',
    exits: { 4: 'the key or its password is missing', 5: 'the chain does not answer' },
    example: 'storgo node start --folder provider',
  },
  'node status': {
    data: ['storgo.node.status/1'],
    exits: { 3: 'no local network runs', 5: 'a provider is not ready' },
    example: 'storgo node status',
  },
  'node stop': {
    data: ['storgo.node.stop/1'],
    exits: NO_NODE,
    example: 'storgo node stop --folder provider',
  },
  'node ls': { data: ['storgo.node.ls/1'], example: 'storgo node ls' },
  'node bans': { data: ['storgo.node.bans/1'], exits: WITH_NODE, example: 'storgo node bans --provider provider-1' },
  'node ban': {
    data: ['storgo.node.ban/1'],
    exits: WITH_NODE,
    example: 'storgo node ban 0x71bE63f3384f5fb98995898A86B02Fb2426c5788 --for 1h --reason slow',
  },
  'node unban': {
    data: ['storgo.node.unban/1'],
    exits: { ...WITH_NODE, 3: 'there was no ban, or no such provider runs here' },
    example: 'storgo node unban 0x71bE63f3384f5fb98995898A86B02Fb2426c5788',
  },
  'net peers': { data: ['storgo.net.peers/1'], exits: WITH_NODE, example: 'storgo net peers --all' },
  'net ping': {
    data: ['storgo.net.ping/1'],
    exits: WITH_NODE,
    example: 'storgo net ping 0x71bE63f3384f5fb98995898A86B02Fb2426c5788',
  },
  'net lookup': {
    data: ['storgo.net.lookup/1'],
    exits: { ...WITH_NODE, 3: 'nobody has it, or no such provider runs here' },
    example: 'storgo net lookup 0x71bE63f3384f5fb98995898A86B02Fb2426c5788',
  },
  'net dht': { data: ['storgo.net.dht/1'], exits: WITH_NODE, example: 'storgo net dht' },
  'net bandwidth': { data: ['storgo.net.bandwidth/1'], exits: WITH_NODE, example: 'storgo net bandwidth' },
  'net trace': {
    data: ['storgo.net.trace/1'],
    exits: { ...WITH_NODE, 5: 'the peer is not reached, or the node does not answer' },
    example: 'storgo net trace 0x71bE63f3384f5fb98995898A86B02Fb2426c5788',
  },
  'net health': {
    data: ['storgo.net.health/1'],
    exits: { ...WITH_NODE, 5: 'a provider is not among others' },
    example: 'storgo net health',
  },
  'config get': {
    data: ['storgo.config.get/1'],
    exits: { 3: 'nothing sets it' },
    example: 'storgo config get log.level --folder provider',
  },
  'config set': {
    data: ['storgo.config.set/1'],
    example: 'storgo config set log.level debug --folder provider',
  },
  'config unset': { data: ['storgo.config.set/1'], example: 'storgo config unset log.level --folder provider' },
  'config view': {
    data: ['storgo.config.view/1', 'storgo.config.effective/1'],
    example: 'storgo config view --effective --folder provider',
  },
  'config edit': { data: ['storgo.config.edit/1'], example: 'storgo config edit --folder provider' },
  'config validate': { data: ['storgo.config.validate/1'], example: 'storgo config validate provider/node.yaml' },
  'config diff': {
    data: ['storgo.config.diff/1'],
    exits: NO_NODE,
    example: 'storgo config diff --folder provider',
  },
  'config explain': {
    data: ['storgo.config.explain/1', 'storgo.config.explain.all/1'],
    example: 'storgo config explain log.level --folder provider',
  },
  'config reload': {
    data: ['storgo.config.reload/1'],
    exits: { ...NO_NODE, 4: 'the node is of another user' },
    example: 'storgo config reload --folder provider',
  },
  'config profile': {
    data: ['storgo.config.profile/1', 'storgo.config.profiles/1'],
    example: 'storgo config profile production --folder provider',
  },
  'stake add': {
    data: ['storgo.stake.add/1'],
    exits: WITH_WALLET,
    example: 'storgo stake add 500 --provider 0x71bE63f3384f5fb98995898A86B02Fb2426c5788',
  },
  'stake status': { data: ['storgo.stake.status/1'], exits: WITH_WALLET, example: 'storgo stake status' },
  'stake withdraw': {
    data: ['storgo.stake.unbond/1', 'storgo.stake.withdraw/1'],
    exits: { ...WITH_WALLET, 6: 'what is unbonding has to wait' },
    example: 'storgo stake withdraw 500 --provider 0x71bE63f3384f5fb98995898A86B02Fb2426c5788',
  },
  'stake claim': {
    data: ['storgo.stake.claim/1'],
    exits: { ...WITH_WALLET, 3: 'there is nothing to claim, or no network is found' },
    example: 'storgo stake claim',
  },
  'stake runway': { data: ['storgo.stake.runway/1'], exits: WITH_WALLET, example: 'storgo stake runway' },
  'proof watch': { data: ['storgo.proof.watch/1'], exits: WITH_WALLET, example: 'storgo proof watch' },
  'proof explain': { data: ['storgo.proof.explain/1'], exits: WITH_WALLET, example: 'storgo proof explain 12' },
  'proof ls': { data: ['storgo.proof.ls/1'], exits: WITH_WALLET, example: 'storgo proof ls --epochs 5' },
} as const satisfies Record<string, CommandFacts>
