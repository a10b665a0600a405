import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'

/**
 * The five contracts behind ERC-1967 proxies, and the timelock that owns them. The deployer wires them together and then
 * hands them over; parameters are in `contracts/ignition/parameters`.
 */
export default buildModule('Storgo', (m) => {
  const deployer = m.getAccount(0)
  const proposers = [m.getParameter('proposer', deployer)]
  const executors = [m.getParameter('executor', deployer)]
  const noAdmin = '0x0000000000000000000000000000000000000000'
  const timelock = m.contract('TimelockController', [m.getParameter('timelockDelay'), proposers, executors, noAdmin])

  type Arguments = NonNullable<Parameters<typeof m.encodeFunctionCall>[2]>
  const behindProxy = <Name extends string>(name: Name, constructorArgs: Arguments, initArgs: Arguments) => {
    const implementation = m.contract(name, constructorArgs, { id: `${name}Implementation` })
    const data = m.encodeFunctionCall(implementation, 'initialize', initArgs)
    const proxy = m.contract('ERC1967Proxy', [implementation, data], { id: `${name}Proxy` })
    return m.contractAt(name, proxy, { id: name })
  }

  const token = behindProxy(
    'StorgoToken',
    [],
    [timelock, m.getParameter('tokenHolder', deployer), m.getParameter('initialSupply')],
  )
  // In the order of `INetworkParameters.Parameter`, from the second on.
  const values = [
    'proofSamples',
    'minimumStake',
    'stakePerGiB',
    'unbondingEpochs',
    'askNoticeEpochs',
    'expiryGraceEpochs',
    'retentionEpochs',
  ].map((name) => m.getParameter(name))
  const parameters = behindProxy('NetworkParameters', [], [deployer, values])
  const proofs = behindProxy('ProofOfStorage', [parameters], [deployer])
  const registry = behindProxy('ProviderRegistry', [token, parameters, proofs], [deployer])
  const market = behindProxy('StorageMarket', [token, registry, proofs, parameters], [timelock])

  const wired = {
    parameters: m.call(parameters, 'startClock', [
      proofs,
      m.getParameter('epochBlocks'),
      m.getParameter('seedDelayBlocks'),
    ]),
    proofs: m.call(proofs, 'setMarket', [market]),
    registry: m.call(registry, 'setMarket', [market], { id: 'RegistrySetMarket' }),
  }
  m.call(parameters, 'transferOwnership', [timelock], { id: 'ParametersToTimelock', after: [wired.parameters] })
  m.call(proofs, 'transferOwnership', [timelock], { id: 'ProofsToTimelock', after: [wired.proofs] })
  m.call(registry, 'transferOwnership', [timelock], { id: 'RegistryToTimelock', after: [wired.registry] })

  return { token, parameters, registry, market, proofs, timelock }
})
