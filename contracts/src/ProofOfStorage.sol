// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {INetworkParameters} from "./interfaces/INetworkParameters.sol";
import {IProofOfStorage} from "./interfaces/IProofOfStorage.sol";
import {IStorageMarket} from "./interfaces/IStorageMarket.sol";
import {Book} from "./proofs/Book.sol";
import {Certificates} from "./proofs/Certificates.sol";
import {EpochRing} from "./proofs/EpochRing.sol";
import {ProvenEpochs} from "./proofs/ProvenEpochs.sol";
import {ProofsBase} from "./proofs/ProofsBase.sol";
import {ProofVerifier} from "./proofs/ProofVerifier.sol";
import {RandaoHeader} from "./proofs/RandaoHeader.sol";
import {SignedStates} from "./proofs/SignedStates.sol";

/// @title Implementation of {IProofOfStorage}
contract ProofOfStorage is ProofsBase, EIP712Upgradeable {
    using Book for Book.Data;
    using EpochRing for EpochRing.Ring;
    using ProvenEpochs for ProvenEpochs.Record;

    modifier onlyMarket() {
        if (msg.sender != _layout().market) revert ProofOfStorageNotMarket(msg.sender);
        _;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(INetworkParameters parameters_) ProofsBase(parameters_) {}

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
        EpochRing.Ring storage seeds = _layout().seeds;
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
        (uint256 count, bytes memory used) =
            ProofVerifier.checkStates(states, k, _domainSeparatorV4(), $.sessionKeys);
        ProofVerifier.checkSamples(states, count, samples, k, draw, book_, used);

        proven.mark(epoch);
        $.statesUsed[msg.sender].put(epoch, bytes28(keccak256(used)));
        emit EpochProven(msg.sender, epoch, uint64(total), uint16(k), used);
    }

    /// @inheritdoc IProofOfStorage
    function anchor(bytes calldata certificate, uint32 slotMask) external {
        Layout storage $ = _layout();
        SignedStates.State memory state = Certificates.stateOf(certificate);
        (uint8 quorum, address[] memory providers, uint32[] memory positions) =
            IStorageMarket($.market).quorumOf(state.volumeId);
        uint256 certified =
            Certificates.check(certificate, state, _domainSeparatorV4(), $.sessionKeys, providers, quorum);

        uint32 epoch = currentEpoch();
        bool raised;
        for (uint8 slot; slotMask >> slot != 0; ++slot) {
            if (slotMask >> slot & 1 == 0) continue;
            // Its own receipt says that the slot holds the state; without it, a volume's owner with slots of its own could
            // raise another's floor to a state that the other never got.
            if (certified >> slot & 1 == 0) revert ProofOfStorageReceiptMissing(state.volumeId, slot);
            Book.Data storage book_ = $.books[providers[slot]];
            if (state.nonce <= book_.entries[positions[slot]].floor) continue;
            emit FloorRaised(providers[slot], state.volumeId, slot, state.nonce);
            book_.raiseFloor(epoch, positions[slot], state.nonce);
            raised = true;
        }
        if (!raised) revert ProofOfStorageNothingToAnchor(state.volumeId, state.nonce);
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

    /// @dev Constants, so that a proof does not read them from storage.
    function _EIP712Name() internal pure override returns (string memory) {
        return "Storgo";
    }

    /// @dev As `_EIP712Name`.
    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }
}
