export type { NodeConfig } from './config/schema.ts'
export { type NodeDeps, type ProviderNode, startProviderNode } from './node.ts'
export type { NodeRecord } from './node-record.ts'
export type { NodeStatus, SlotStatus } from './status.ts'
