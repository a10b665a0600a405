// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPermitMulticall} from "./IPermitMulticall.sol";

/// @title Who provides: operator keys, addresses, stake and asks
/// @notice A provider is its operator's address. A cold owner account names the operator, which consents by signature.
/// Amounts are in STOR's smallest unit, sizes in sectors (MiB), prices per sector and epoch.
interface IProviderRegistry is IPermitMulticall {
    struct Provider {
        address owner;
        uint256 stake;
        uint256 unbonding;
        /// @notice First epoch in which `unbonding` may be withdrawn.
        uint32 unbondingEndsEpoch;
        uint32 billedSectors;
        uint32 freeSectors;
        uint24 minSectors;
        /// @notice The price in force in the current epoch.
        uint64 pricePerSectorEpoch;
        /// @notice The price last announced; counts from `nextPriceEpoch` on.
        uint64 nextPrice;
        uint32 nextPriceEpoch;
        /// @notice Compressed secp256k1 key, 33 bytes.
        bytes publicKey;
        /// @notice Binary multiaddrs.
        bytes[] addresses;
    }

    event ProviderRegistered(address indexed operator, address indexed owner, bytes publicKey, uint256 stake);
    event AddressesChanged(address indexed operator, bytes[] addresses);
    event AskChanged(
        address indexed operator,
        uint64 pricePerSectorEpoch,
        uint32 fromEpoch,
        uint32 freeSectors,
        uint24 minSectors
    );
    event StakeAdded(address indexed operator, address indexed from, uint256 amount);
    event UnbondingStarted(address indexed operator, uint256 amount, uint32 endsEpoch);
    event StakeWithdrawn(address indexed operator, address indexed owner, uint256 amount);

    error ProviderRegistryNotMarket(address caller);
    error ProviderRegistryMarketAlreadySet(address market);
    error ProviderRegistryUnknown(address operator);
    error ProviderRegistryAlreadyRegistered(address operator);
    error ProviderRegistryKeyLength(uint256 length);
    error ProviderRegistrySignatureExpired(uint256 deadline);
    error ProviderRegistrySignatureInvalid(address operator);
    error ProviderRegistryTooManyAddresses(uint256 count, uint256 maximum);
    error ProviderRegistryAddressLength(uint256 index, uint256 length);
    error ProviderRegistryNotOwner(address operator, address caller);
    error ProviderRegistryNotOwnerOrOperator(address operator, address caller);
    error ProviderRegistryZeroAmount(address operator);
    error ProviderRegistryStakeTooLow(address operator, uint256 stake, uint256 needed);
    error ProviderRegistryStakeExceeded(address operator, uint256 amount, uint256 stake);
    error ProviderRegistryStillUnbonding(address operator, uint32 endsEpoch, uint32 currentEpoch);
    error ProviderRegistryNothingUnbonding(address operator);
    error ProviderRegistryNotEnoughFree(address operator, uint32 sectors, uint32 freeSectors);
    error ProviderRegistryBelowMinimum(address operator, uint32 sectors, uint24 minSectors);

    /// @notice Registers the operator whose public key is given; the caller becomes its owner and pays the stake.
    /// @param publicKey 64 bytes, x ‖ y.
    /// @param addresses At most 8 binary multiaddrs of 1 to 256 bytes.
    /// @param operatorSignature The operator's over EIP-712 `Operator(address owner,uint256 deadline)`, 64 (EIP-2098) or 65 bytes.
    function register(
        bytes calldata publicKey,
        bytes[] calldata addresses,
        uint256 stake,
        uint256 deadline,
        bytes calldata operatorSignature
    ) external;

    /// @notice Replaces the provider's addresses. Owner or operator.
    function setAddresses(address operator, bytes[] calldata addresses) external;

    /// @notice Publishes an ask. A new price counts after `AskNoticeEpochs` (the first one at once), the rest at once. Owner or operator.
    /// @param freeSectors Sectors that may still be sold; each slot sold takes its own off.
    /// @param minSectors Least size of a new slot.
    function setAsk(address operator, uint64 pricePerSectorEpoch, uint32 freeSectors, uint24 minSectors) external;

    /// @notice Adds to a provider's stake. Anybody.
    function addStake(address operator, uint256 amount) external;

    /// @notice Begins to take stake out; repeated calls add up and start the wait again, which never ends earlier for it. What stays must cover the
    /// billed sectors and the minimum, or be nothing at all where no sector is billed. Owner only.
    function startUnbonding(address operator, uint256 amount) external;

    /// @notice Pays out what has finished unbonding. Owner only.
    function withdrawStake(address operator) external;

    /// @notice Names the market, once. Contract owner only.
    function setMarket(address market) external;

    /// @notice Takes `sectors` from each operator's ask for a new slot. Market only.
    /// @return prices The price in force at each, per sector and epoch.
    function reserve(address[] calldata operators, uint32 sectors) external returns (uint64[] memory prices);

    /// @notice Changes the size of a slot at each operator; growing is checked as a reservation without the minimum size. Market only.
    /// @return prices As `reserve`.
    function resize(address[] calldata operators, uint32 fromSectors, uint32 toSectors)
        external
        returns (uint64[] memory prices);

    /// @notice Gives `sectors` back to each operator's ask. Market only.
    function release(address[] calldata operators, uint32 sectors) external;

    function provider(address operator) external view returns (Provider memory);

    function ownerOf(address operator) external view returns (address);

    /// @notice Prices in force, per sector and epoch.
    function pricesOf(address[] calldata operators) external view returns (uint64[] memory prices);

    /// @notice Stake that a provider with that many billed sectors must keep.
    function stakeNeeded(uint32 billedSectors) external view returns (uint256);

    /// @notice Whether the operator is registered with at least the minimum stake.
    function isActive(address operator) external view returns (bool);

    function providerCount() external view returns (uint256);

    /// @notice Operators in order of registration; fewer than `count` at the end of the list.
    function providersAt(uint256 from, uint256 count) external view returns (address[] memory operators);

    function market() external view returns (address);
}
