// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {INetworkParameters} from "../interfaces/INetworkParameters.sol";
import {IProofOfStorage} from "../interfaces/IProofOfStorage.sol";
import {OwnedUpgradeable} from "../OwnedUpgradeable.sol";
import {Book} from "./Book.sol";
import {EpochClock} from "./EpochClock.sol";
import {EpochRing} from "./EpochRing.sol";
import {ProofVerifier} from "./ProofVerifier.sol";
import {ProvenEpochs} from "./ProvenEpochs.sol";

/// @title The storage of books, proofs and seeds, and everything that only reads it
abstract contract ProofsBase is IProofOfStorage, EpochClock, OwnedUpgradeable {
    using Book for Book.Data;
    using EpochRing for EpochRing.Ring;
    using ProvenEpochs for ProvenEpochs.Record;

    /// @custom:storage-location erc7201:storgo.ProofOfStorage
    struct Layout {
        address market;
        mapping(address provider => Book.Data) books;
        mapping(address provider => ProvenEpochs.Record) proven;
        ProofVerifier.SessionKeys sessionKeys;
        EpochRing.Ring seeds;
        mapping(address provider => EpochRing.Ring) statesUsed;
    }

    // keccak256(abi.encode(uint256(keccak256("storgo.ProofOfStorage")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant LOCATION = 0x02e959da51afb3112e78fea1f743a7d20d3c60b2978c97f0ed69aaee6be36c00;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    INetworkParameters internal immutable PARAMETERS;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(INetworkParameters parameters_) {
        PARAMETERS = parameters_;
    }

    /// @inheritdoc IProofOfStorage
    function seedOf(uint32 epoch) external view returns (bool known, bytes28 seed) {
        known = _layout().seeds.holds(epoch);
        if (known) seed = _layout().seeds.get(epoch);
    }

    /// @inheritdoc IProofOfStorage
    function book(address provider, uint32 from, uint32 count) external view returns (Entry[] memory entries) {
        uint32 epoch = currentEpoch();
        Book.Data storage book_ = _layout().books[provider];
        uint256 size = book_.header.size;
        uint256 left = from < size ? size - from : 0;
        entries = new Entry[](count < left ? count : left);
        for (uint32 i; i < entries.length; ++i) {
            Book.Entry storage entry = book_.entries[from + i];
            (uint256 frozen, uint256 next) = book_.weights(epoch, from + i);
            (uint64 floor, uint64 nextFloor) = book_.floors(epoch, from + i);
            entries[i] = Entry({
                position: from + i,
                volumeId: entry.volumeId,
                slot: entry.slot,
                n: entry.n,
                floor: floor,
                nextFloor: nextFloor,
                frozenSectors: uint32(frozen),
                nextSectors: uint32(next)
            });
        }
    }

    /// @inheritdoc IProofOfStorage
    function bookSize(address provider) external view returns (uint32) {
        return _layout().books[provider].header.size;
    }

    /// @inheritdoc IProofOfStorage
    function billedSectors(address provider) external view returns (uint32) {
        return uint32(_layout().books[provider].total(currentEpoch()));
    }

    /// @inheritdoc IProofOfStorage
    function challenge(address provider, uint32 epoch, uint16 i)
        external
        view
        returns (uint64 volumeId, uint8 slot, uint8 n, uint64 offset)
    {
        Book.Data storage book_ = _layout().books[provider];
        bytes28 seed = _provableSeed(epoch);
        uint256 total = book_.total(epoch);
        if (total == 0) revert ProofOfStorageNothingBilled(provider, epoch);
        ProofVerifier.Draw memory draw = ProofVerifier.Draw({seed: seed, provider: provider, epoch: epoch, total: total});
        (uint256 position, uint256 offset_) = ProofVerifier.challenge(draw, i, book_);
        Book.Entry storage entry = book_.entries[position];
        return (entry.volumeId, entry.slot, entry.n, uint64(offset_));
    }

    /// @inheritdoc IProofOfStorage
    function sessionKey(uint64 volumeId, uint32 generation) external view returns (address key, uint64 expiry) {
        ProofVerifier.SessionKey storage named = _layout().sessionKeys.keys[volumeId][generation];
        return (named.key, named.expiry);
    }

    /// @inheritdoc IProofOfStorage
    function hasProven(address provider, uint32 epoch) external view returns (bool) {
        return _layout().proven[provider].has(epoch);
    }

    /// @inheritdoc IProofOfStorage
    function statesUsed(address provider, uint32 epoch) external view returns (bool known, bytes28 listHash) {
        EpochRing.Ring storage ring = _layout().statesUsed[provider];
        known = ring.holds(epoch);
        if (known) listHash = ring.get(epoch);
    }

    /// @inheritdoc IProofOfStorage
    function provenCount(address provider, uint32 beforeEpoch) external view returns (uint32) {
        return uint32(_layout().proven[provider].countBefore(beforeEpoch));
    }

    /// @inheritdoc IProofOfStorage
    function provenUntil(address provider, uint32 fromEpoch, uint32 endEpoch)
        external
        view
        returns (uint32 toEpoch, uint32 proven)
    {
        toEpoch = currentEpoch();
        if (toEpoch > endEpoch) toEpoch = endEpoch;
        if (toEpoch <= fromEpoch) return (fromEpoch, 0);
        proven = uint32(_layout().proven[provider].countBetween(fromEpoch, toEpoch));
    }

    /// @inheritdoc IProofOfStorage
    function market() external view returns (address) {
        return _layout().market;
    }

    /// @dev The seed of an epoch that can be proven now: the current one, once its seed is stored.
    function _provableSeed(uint32 epoch) internal view returns (bytes28) {
        uint32 current = currentEpoch();
        if (epoch != current) revert ProofOfStorageEpochNotCurrent(epoch, current);
        if (!_layout().seeds.holds(epoch)) revert ProofOfStorageSeedUnknown(epoch);
        return _layout().seeds.get(epoch);
    }

    /// @inheritdoc EpochClock
    function _parameters() internal view override returns (address) {
        return address(PARAMETERS);
    }

    function _layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := LOCATION
        }
    }
}
