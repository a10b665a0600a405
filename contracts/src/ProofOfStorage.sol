// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {INetworkParameters} from "./interfaces/INetworkParameters.sol";
import {IProofOfStorage} from "./interfaces/IProofOfStorage.sol";
import {OwnedUpgradeable} from "./OwnedUpgradeable.sol";
import {Book} from "./proofs/Book.sol";
import {EpochClock} from "./proofs/EpochClock.sol";
import {ProvenEpochs} from "./proofs/ProvenEpochs.sol";
import {ProofVerifier} from "./proofs/ProofVerifier.sol";
import {RandaoHeader} from "./proofs/RandaoHeader.sol";
import {SeedRing} from "./proofs/SeedRing.sol";

/// @title Implementation of {IProofOfStorage}
contract ProofOfStorage is IProofOfStorage, EpochClock, EIP712Upgradeable, OwnedUpgradeable {
    using Book for Book.Data;
    using ProvenEpochs for ProvenEpochs.Record;
    using SeedRing for SeedRing.Ring;

    /// @custom:storage-location erc7201:storgo.ProofOfStorage
    struct Layout {
        address market;
        mapping(address provider => Book.Data) books;
        mapping(address provider => ProvenEpochs.Record) proven;
        ProofVerifier.SessionKeys sessionKeys;
        SeedRing.Ring seeds;
    }

    // keccak256(abi.encode(uint256(keccak256("storgo.ProofOfStorage")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant LOCATION = 0x02e959da51afb3112e78fea1f743a7d20d3c60b2978c97f0ed69aaee6be36c00;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    INetworkParameters private immutable PARAMETERS;

    modifier onlyMarket() {
        if (msg.sender != _layout().market) revert ProofOfStorageNotMarket(msg.sender);
        _;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(INetworkParameters parameters_) {
        PARAMETERS = parameters_;
    }

    /// @notice Hands the proxy to its owner.
    function initialize(address owner_) external initializer {
        __EIP712_init("Storgo", "1");
        __Ownable_init(owner_);
        _layout().seeds.fill();
    }

    /// @inheritdoc IProofOfStorage
    function setMarket(address market_) external onlyOwner {
        Layout storage $ = _layout();
        if ($.market != address(0)) revert ProofOfStorageMarketAlreadySet($.market);
        $.market = market_;
    }

    /// @inheritdoc IProofOfStorage
    function storeSeed(uint32 epoch, bytes calldata headerRlp) external {
        (uint32 current, uint256 block_) = _currentSeedBlock();
        if (epoch != current) revert ProofOfStorageEpochNotCurrent(epoch, current);
        SeedRing.Ring storage seeds = _layout().seeds;
        if (seeds.holds(epoch)) revert ProofOfStorageSeedKnown(epoch);

        bytes32 expected = blockhash(block_);
        // Zero for this block, later ones and those more than 256 back: an error, never a seed.
        if (expected == 0) revert ProofOfStorageSeedBlockUnavailable(epoch, block_);
        bytes32 actual = keccak256(headerRlp);
        if (actual != expected) revert ProofOfStorageHeaderMismatch(expected, actual);

        bytes28 seed = bytes28(keccak256(abi.encode(RandaoHeader.mixHash(headerRlp), block.chainid, epoch)));
        seeds.put(epoch, seed);
        emit SeedStored(epoch, seed);
    }

    /// @inheritdoc IProofOfStorage
    function prove(uint32 epoch, bytes calldata states, bytes calldata samples) external {
        Layout storage $ = _layout();
        bytes28 seed = _provableSeed(epoch);
        ProvenEpochs.Record storage proven = $.proven[msg.sender];
        if (proven.has(epoch)) revert ProofOfStorageAlreadyProven(msg.sender, epoch);
        Book.Data storage book_ = $.books[msg.sender];
        uint256 total = book_.total(epoch);
        if (total == 0) revert ProofOfStorageNothingBilled(msg.sender, epoch);

        uint256 k = PARAMETERS.value(INetworkParameters.Parameter.ProofSamples);
        ProofVerifier.Draw memory draw = ProofVerifier.Draw({seed: seed, provider: msg.sender, epoch: epoch, total: total});
        uint256 count = ProofVerifier.checkStates(states, k, _domainSeparatorV4(), $.sessionKeys);
        ProofVerifier.checkSamples(states, count, samples, k, draw, book_);

        proven.mark(epoch);
        emit EpochProven(msg.sender, epoch, uint64(total), uint16(k));
    }

    /// @inheritdoc IProofOfStorage
    function join(address[] calldata providers, uint64 volumeId, uint32 sectors)
        external
        onlyMarket
        returns (uint32[] memory positions)
    {
        uint32 epoch = currentEpoch();
        positions = new uint32[](providers.length);
        for (uint256 slot; slot < providers.length; ++slot) {
            emit BookChanged(providers[slot], volumeId, uint8(slot), sectors);
            uint256 position = _layout().books[providers[slot]].add(
                epoch, volumeId, uint8(slot), uint8(providers.length), sectors
            );
            positions[slot] = uint32(position);
        }
    }

    /// @inheritdoc IProofOfStorage
    function setWeight(address[] calldata providers, uint32[] calldata positions, uint32 sectors) external onlyMarket {
        uint32 epoch = currentEpoch();
        for (uint256 i; i < providers.length; ++i) {
            Book.Data storage book_ = _layout().books[providers[i]];
            Book.Entry storage entry = book_.entries[positions[i]];
            emit BookChanged(providers[i], entry.volumeId, entry.slot, sectors);
            book_.setWeight(epoch, positions[i], sectors);
        }
    }

    /// @inheritdoc IProofOfStorage
    function remove(address[] calldata providers, uint32[] calldata positions) external onlyMarket {
        uint32 epoch = currentEpoch();
        for (uint256 i; i < providers.length; ++i) {
            Book.Data storage book_ = _layout().books[providers[i]];
            Book.Entry storage entry = book_.entries[positions[i]];
            emit BookChanged(providers[i], entry.volumeId, entry.slot, 0);
            book_.remove(epoch, positions[i]);
        }
    }

    /// @inheritdoc IProofOfStorage
    function setSessionKey(uint64 volumeId, uint32 generation, address key, uint64 expiry) external onlyMarket {
        _layout().sessionKeys.keys[volumeId][generation] = ProofVerifier.SessionKey({key: key, expiry: expiry});
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
            entries[i] =
                Entry(from + i, entry.volumeId, entry.slot, entry.n, entry.floor, uint32(frozen), uint32(next));
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
        (Book.Entry storage entry, uint256 offset_) = ProofVerifier.challenge(draw, i, book_);
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
    function _provableSeed(uint32 epoch) private view returns (bytes28) {
        uint32 current = currentEpoch();
        if (epoch != current) revert ProofOfStorageEpochNotCurrent(epoch, current);
        if (!_layout().seeds.holds(epoch)) revert ProofOfStorageSeedUnknown(epoch);
        return _layout().seeds.get(epoch);
    }

    /// @inheritdoc EpochClock
    function _parameters() internal view override returns (address) {
        return address(PARAMETERS);
    }

    /// @dev Constants, so that a proof does not read them from storage.
    function _EIP712Name() internal pure override returns (string memory) {
        return "Storgo";
    }

    /// @dev As `_EIP712Name`.
    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    function _layout() private pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := LOCATION
        }
    }
}
