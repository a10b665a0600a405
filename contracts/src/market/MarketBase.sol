// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {INetworkParameters} from "../interfaces/INetworkParameters.sol";
import {IProofOfStorage} from "../interfaces/IProofOfStorage.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IStorageMarket} from "../interfaces/IStorageMarket.sol";
import {OwnedUpgradeable} from "../OwnedUpgradeable.sol";
import {PermitMulticall} from "../PermitMulticall.sol";
import {Ledger} from "./Ledger.sol";

/// @title The market's storage, everything that only reads it, and what opening and changing a volume must satisfy
abstract contract MarketBase is IStorageMarket, PermitMulticall, OwnedUpgradeable {
    using Ledger for Ledger.Volume;
    using Ledger for Ledger.Shape;

    /// @custom:storage-location erc7201:storgo.StorageMarket
    struct Layout {
        uint64 volumeCount;
        mapping(uint64 volumeId => Ledger.Volume) volumes;
        mapping(address account => uint256) credit;
        mapping(address provider => uint256) earnings;
    }

    // keccak256(abi.encode(uint256(keccak256("storgo.StorageMarket")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant LOCATION = 0x59a5df89b9c395ed988e99614e2a30d2a72646381f03accc9994cb07af132000;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IProviderRegistry internal immutable REGISTRY;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IProofOfStorage internal immutable PROOFS;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    INetworkParameters internal immutable PARAMETERS;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(IProviderRegistry registry_, IProofOfStorage proofs_, INetworkParameters parameters_) {
        REGISTRY = registry_;
        PROOFS = proofs_;
        PARAMETERS = parameters_;
    }

    /// @inheritdoc IStorageMarket
    function volume(uint64 volumeId) external view returns (Volume memory) {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _known(volumeId);
        return Volume({
            owner: terms.owner,
            k: shape.k,
            m: shape.m,
            sectors: terms.sectors,
            generation: shape.generation,
            openedEpoch: shape.openedEpoch,
            endEpoch: terms.endEpoch,
            closed: shape.closed,
            escrow: record.escrow(terms, shape.slotCount())
        });
    }

    /// @inheritdoc IStorageMarket
    function slots(uint64 volumeId) external view returns (Slot[] memory all) {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _known(volumeId);
        all = new Slot[](shape.slotCount());
        for (uint256 i; i < all.length; ++i) all[i] = _slot(record, terms, shape, i);
    }

    /// @inheritdoc IStorageMarket
    function slotOf(uint64 volumeId, uint8 slot) external view returns (Slot memory) {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _known(volumeId);
        if (slot >= shape.slotCount()) revert StorageMarketSlotUnknown(volumeId, slot);
        return _slot(record, terms, shape, slot);
    }

    /// @inheritdoc IStorageMarket
    function quorumOf(uint64 volumeId)
        external
        view
        returns (uint8 quorum, address[] memory providers, uint32[] memory positions)
    {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _open(volumeId);
        uint256 all = (1 << shape.slotCount()) - 1;
        (providers, positions) = (record.providersOf(all), record.positionsOf(shape, all));
        uint256 vacant = _vacantMask(record, terms);
        for (uint256 i; vacant >> i != 0; ++i) {
            if (vacant >> i & 1 != 0) (providers[i], positions[i]) = (address(0), 0);
        }
        quorum = uint8(shape.quorum());
    }

    /// @inheritdoc IStorageMarket
    function volumeCount() external view returns (uint64) {
        return _layout().volumeCount;
    }

    /// @inheritdoc IStorageMarket
    function quote(address[] calldata providers, uint32 sectors) external view returns (uint256 pricePerEpoch) {
        return _checkPrice(REGISTRY.pricesOf(providers), sectors, type(uint256).max);
    }

    /// @inheritdoc IStorageMarket
    function credit(address account) external view returns (uint256) {
        return _layout().credit[account];
    }

    /// @inheritdoc IStorageMarket
    function earnings(address provider) external view returns (uint256) {
        return _layout().earnings[provider];
    }

    function _known(uint64 volumeId)
        internal
        view
        returns (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape)
    {
        record = _layout().volumes[volumeId];
        (terms, shape) = (record.terms, record.shape);
        if (terms.owner == address(0)) revert StorageMarketUnknownVolume(volumeId);
    }

    function _open(uint64 volumeId)
        internal
        view
        returns (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape)
    {
        (record, terms, shape) = _known(volumeId);
        if (shape.closed) revert StorageMarketClosed(volumeId);
    }

    function _ownedOpen(uint64 volumeId)
        internal
        view
        returns (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape)
    {
        (record, terms, shape) = _open(volumeId);
        if (msg.sender != terms.owner) revert StorageMarketNotOwner(volumeId, msg.sender);
    }

    /// @return The first epoch in which the volume's grace is over.
    function _expiresEpoch(Ledger.Terms memory terms) internal view returns (uint32) {
        return terms.endEpoch + uint32(PARAMETERS.value(INetworkParameters.Parameter.ExpiryGraceEpochs));
    }

    /// @return pricePerEpoch What all slots cost in one epoch.
    function _checkPrice(uint64[] memory prices, uint32 sectors, uint256 maxPricePerEpoch)
        internal
        pure
        returns (uint256 pricePerEpoch)
    {
        for (uint256 i; i < prices.length; ++i) pricePerEpoch += prices[i];
        pricePerEpoch *= sectors;
        if (pricePerEpoch > maxPricePerEpoch) revert StorageMarketPriceTooHigh(pricePerEpoch, maxPricePerEpoch);
    }

    /// @dev Refuses ends so far away that the grace could overflow.
    function _endAfter(uint32 epoch, uint32 epochs) internal pure returns (uint32) {
        uint256 endEpoch = uint256(epoch) + epochs;
        if (endEpoch > type(uint32).max / 2) revert StorageMarketEndTooFar(endEpoch);
        return uint32(endEpoch);
    }

    function _checkOpen(OpenParams calldata params) internal pure {
        uint256 n = params.providers.length;
        if (params.k == 0 || uint256(params.k) + params.m != n || n > Ledger.MAX_SLOTS) {
            revert StorageMarketSlotCount(params.k, params.m, n);
        }
        if (params.sectors == 0) revert StorageMarketZeroCapacity();
        if (params.epochs == 0) revert StorageMarketZeroEpochs();
        if (params.sessionKey == address(0)) revert StorageMarketZeroSessionKey();
        for (uint256 i = 1; i < n; ++i) {
            for (uint256 j; j < i; ++j) {
                if (params.providers[i] == params.providers[j]) {
                    revert StorageMarketDuplicateProvider(params.providers[i]);
                }
            }
        }
    }

    function _slot(
        Ledger.Volume storage record,
        Ledger.Terms memory terms,
        Ledger.Shape memory shape,
        uint256 i
    ) private view returns (Slot memory) {
        Ledger.Slot memory slot = record.slots[i];
        Ledger.Former memory former = record.formers[i];
        bool vacant = _vacantMask(record, terms) >> i & 1 != 0;
        return Slot({
            provider: vacant ? address(0) : slot.provider,
            settledEpoch: slot.settledEpoch,
            bookIndex: vacant ? 0 : record.positionOf(shape, i),
            pricePerEpoch: record.priceBefore(i),
            nextPricePerEpoch: uint256(slot.pricePerSectorEpoch) * terms.sectors,
            changeEpoch: terms.changeEpoch,
            formerProvider: former.provider,
            formerUntilEpoch: former.untilEpoch
        });
    }

    /// @return Bit j: slot j is vacant in the current epoch.
    function _vacantMask(Ledger.Volume storage record, Ledger.Terms memory terms) private view returns (uint256) {
        uint256 dismissed = record.dismissed;
        if (dismissed == 0 || PROOFS.currentEpoch() >= terms.changeEpoch) return dismissed;
        // Slots dismissed in this epoch keep their providers until its end; those dismissed before have been settled by now.
        uint256 vacant;
        for (uint256 i; dismissed >> i != 0; ++i) {
            if (dismissed >> i & 1 != 0 && record.slots[i].provider == address(0)) vacant |= 1 << i;
        }
        return vacant;
    }

    function _layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := LOCATION
        }
    }
}
