// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IEpochClock} from "../interfaces/IEpochClock.sol";
import {INetworkParameters} from "../interfaces/INetworkParameters.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {OwnedUpgradeable} from "../OwnedUpgradeable.sol";
import {PermitMulticall} from "../PermitMulticall.sol";
import {Asks} from "./Asks.sol";

/// @title The registry's storage and everything that only reads it
abstract contract RegistryBase is IProviderRegistry, PermitMulticall, OwnedUpgradeable {
    using Asks for Asks.Ask;

    struct Record {
        address owner;
        uint32 unbondingEndsEpoch;
        bool oddKey;
        Asks.Ask ask;
        uint96 unbonding;
        bytes32 keyX;
        bytes[] addresses;
    }

    /// @custom:storage-location erc7201:storgo.ProviderRegistry
    struct Layout {
        address market;
        mapping(address operator => Record) records;
        address[] operators;
    }

    // keccak256(abi.encode(uint256(keccak256("storgo.ProviderRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant LOCATION = 0xbad13ea437735c169881e6905bed1f3e68f4d29b056fb9efa8dfe6789692a200;

    uint256 private constant SECTORS_PER_GIB = 1024;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    INetworkParameters internal immutable PARAMETERS;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IEpochClock internal immutable CLOCK;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(INetworkParameters parameters_, IEpochClock clock_) {
        PARAMETERS = parameters_;
        CLOCK = clock_;
    }

    /// @inheritdoc IProviderRegistry
    function provider(address operator) external view returns (Provider memory) {
        Record storage record = _known(operator);
        Asks.Offer memory offer = record.ask.offer;
        return Provider({
            owner: record.owner,
            stake: offer.stake,
            unbonding: record.unbonding,
            unbondingEndsEpoch: record.unbondingEndsEpoch,
            billedSectors: offer.billedSectors,
            freeSectors: offer.freeSectors,
            minSectors: offer.minSectors,
            pricePerSectorEpoch: record.ask.priceAt(offer, CLOCK.currentEpoch()),
            nextPrice: record.ask.announcement.price,
            nextPriceEpoch: record.ask.announcement.epoch,
            publicKey: _publicKey(record),
            addresses: record.addresses
        });
    }

    /// @inheritdoc IProviderRegistry
    function ownerOf(address operator) external view returns (address) {
        return _known(operator).owner;
    }

    /// @inheritdoc IProviderRegistry
    function pricesOf(address[] calldata operators) public view returns (uint64[] memory prices) {
        uint32 epoch = CLOCK.currentEpoch();
        prices = new uint64[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            Asks.Ask storage ask = _known(operators[i]).ask;
            prices[i] = ask.priceAt(ask.offer, epoch);
        }
    }

    /// @inheritdoc IProviderRegistry
    function stakeNeeded(uint32 billedSectors) public view returns (uint256) {
        uint256 minimum = PARAMETERS.value(INetworkParameters.Parameter.MinimumStake);
        uint256 perGiB = PARAMETERS.value(INetworkParameters.Parameter.StakePerGiB);
        return _stakeNeeded(billedSectors, minimum, perGiB);
    }

    /// @inheritdoc IProviderRegistry
    function isActive(address operator) external view returns (bool) {
        Record storage record = _layout().records[operator];
        return record.owner != address(0)
            && record.ask.offer.stake >= PARAMETERS.value(INetworkParameters.Parameter.MinimumStake);
    }

    /// @inheritdoc IProviderRegistry
    function providerCount() external view returns (uint256) {
        return _layout().operators.length;
    }

    /// @inheritdoc IProviderRegistry
    function providersAt(uint256 from, uint256 count) external view returns (address[] memory operators) {
        address[] storage all = _layout().operators;
        uint256 left = from < all.length ? all.length - from : 0;
        operators = new address[](count < left ? count : left);
        for (uint256 i; i < operators.length; ++i) operators[i] = all[from + i];
    }

    /// @inheritdoc IProviderRegistry
    function market() external view returns (address) {
        return _layout().market;
    }

    function _known(address operator) internal view returns (Record storage record) {
        record = _layout().records[operator];
        if (record.owner == address(0)) revert ProviderRegistryUnknown(operator);
    }

    function _owned(address operator) internal view returns (Record storage record) {
        record = _known(operator);
        if (msg.sender != record.owner) revert ProviderRegistryNotOwner(operator, msg.sender);
    }

    function _controlled(address operator) internal view returns (Record storage record) {
        record = _known(operator);
        if (msg.sender != record.owner && msg.sender != operator) {
            revert ProviderRegistryNotOwnerOrOperator(operator, msg.sender);
        }
    }

    function _publicKey(Record storage record) internal view returns (bytes memory) {
        return abi.encodePacked(record.oddKey ? bytes1(0x03) : bytes1(0x02), record.keyX);
    }

    function _stakeNeeded(uint256 billed, uint256 minimum, uint256 perGiB) internal pure returns (uint256) {
        uint256 needed = (perGiB * billed + SECTORS_PER_GIB - 1) / SECTORS_PER_GIB;
        return needed > minimum ? needed : minimum;
    }

    function _layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := LOCATION
        }
    }
}
