import type {
  networkParametersAbi,
  proofOfStorageAbi,
  providerRegistryAbi,
  storageMarketAbi,
  storgoTokenAbi,
  timelockControllerAbi,
} from '@storgo/contracts/abi'
import type { Artifact } from 'hardhat/types/artifacts'

type Compiled<Abi> = Omit<Artifact, 'abi'> & { readonly abi: Abi }

// Hardhat's own declarations exist only once the contracts have been compiled; these are the committed ABIs.
declare module 'hardhat/types/artifacts' {
  interface ArtifactMap {
    StorgoToken: Compiled<typeof storgoTokenAbi>
    NetworkParameters: Compiled<typeof networkParametersAbi>
    ProviderRegistry: Compiled<typeof providerRegistryAbi>
    StorageMarket: Compiled<typeof storageMarketAbi>
    ProofOfStorage: Compiled<typeof proofOfStorageAbi>
    TimelockController: Compiled<typeof timelockControllerAbi>
  }
}
