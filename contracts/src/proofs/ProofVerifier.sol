// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IProofOfStorage} from "../interfaces/IProofOfStorage.sol";
import {Book} from "./Book.sol";
import {MerklePath} from "./MerklePath.sol";
import {SignedStates} from "./SignedStates.sol";

/// @title Checks the two arguments of `prove` (docs/protocol/types.md, sections 12 and 13)
library ProofVerifier {
    using Book for Book.Data;

    struct SessionKey {
        address key;
        uint64 expiry;
    }

    struct SessionKeys {
        mapping(uint64 volumeId => mapping(uint32 generation => SessionKey)) keys;
    }

    /// @dev What the samples are drawn from; `total` is the book's billed sectors.
    struct Draw {
        bytes28 seed;
        address provider;
        uint32 epoch;
        uint256 total;
    }

    uint256 private constant SECTOR_DEPTH = 14;
    uint256 private constant LEAVES_PER_SECTOR = 1 << SECTOR_DEPTH;
    uint256 private constant INDEX_BYTES = 2;
    /// @dev The state index that stands for the implicit empty state.
    uint256 private constant EMPTY_STATE = 0xffff;

    /// @dev Every record must be in order and signed by the key that its volume's generation names. The key's expiry is the
    /// providers' business when they accept a state, so that it can never fail a proof.
    /// @return count Records in `states`.
    function checkStates(bytes calldata states, uint256 k, bytes32 domainSeparator, SessionKeys storage sessionKeys)
        internal
        view
        returns (uint256 count)
    {
        count = states.length / SignedStates.RECORD_BYTES;
        if (count * SignedStates.RECORD_BYTES != states.length || count > k) {
            revert IProofOfStorage.ProofOfStorageStatesLength(states.length);
        }
        uint256 previous;
        for (uint256 i; i < count; ++i) {
            SignedStates.State memory state = SignedStates.stateAt(states, i);
            // Volume ids start at 1, so that the first record also rises above `previous`.
            if (state.volumeId <= previous) revert IProofOfStorage.ProofOfStorageStatesUnordered(i);
            if (state.nonce == 0) revert IProofOfStorage.ProofOfStorageStateNonceZero(i);
            previous = state.volumeId;
            bytes32 digest = MessageHashUtils.toTypedDataHash(domainSeparator, SignedStates.structHash(state));
            (bytes32 r, bytes32 vs) = SignedStates.signatureAt(states, i);
            (address signer, ECDSA.RecoverError error_,) = ECDSA.tryRecover(digest, r, vs);
            if (
                error_ != ECDSA.RecoverError.NoError || signer != sessionKeys.keys[state.volumeId][state.generation].key
            ) revert IProofOfStorage.ProofOfStorageStateSignatureInvalid(i);
        }
    }

    /// @dev Every drawn leaf must follow, in order, with its path to the root of its volume's state; no state may be
    /// superfluous and nothing may follow the last sample.
    function checkSamples(
        bytes calldata states,
        uint256 count,
        bytes calldata samples,
        uint256 k,
        Draw memory draw,
        Book.Data storage book
    ) internal view {
        uint256 cursor;
        uint256 used;
        for (uint256 i; i < k; ++i) {
            if (samples.length < cursor + INDEX_BYTES) revert IProofOfStorage.ProofOfStorageSamplesTruncated(i);
            uint256 stateIndex = uint16(bytes2(samples[cursor:]));
            cursor += INDEX_BYTES;
            (Book.Entry storage entry, uint256 offset) = challenge(draw, i, book);
            if (stateIndex == EMPTY_STATE) {
                if (entry.floor != 0) revert IProofOfStorage.ProofOfStorageStateBelowFloor(i, 0, entry.floor);
                continue;
            }
            if (stateIndex >= count) revert IProofOfStorage.ProofOfStorageStateIndexOutOfRange(i, stateIndex);
            used |= 1 << stateIndex;
            cursor = _checkLeaf(SignedStates.stateAt(states, stateIndex), samples, cursor, i, entry, offset);
        }
        if (cursor != samples.length) {
            revert IProofOfStorage.ProofOfStorageSamplesTrailing(samples.length - cursor);
        }
        for (uint256 i; i < count; ++i) {
            if (used & (1 << i) == 0) revert IProofOfStorage.ProofOfStorageStateUnused(i);
        }
    }

    /// @return entry The slot that sample `i` falls on.
    /// @return offset The leaf, counted from the start of the slot's billed sectors.
    function challenge(Draw memory draw, uint256 i, Book.Data storage book)
        internal
        view
        returns (Book.Entry storage entry, uint256 offset)
    {
        // The modulo's bias is below 2^-214: a book has less than 2^42 leaves.
        uint256 index = uint256(keccak256(abi.encodePacked(draw.seed, draw.provider, draw.epoch, uint16(i))))
            % (draw.total * LEAVES_PER_SECTOR);
        (uint256 position, uint256 within) = book.find(draw.epoch, index / LEAVES_PER_SECTOR);
        return (book.entries[position], within * LEAVES_PER_SECTOR + index % LEAVES_PER_SECTOR);
    }

    /// @return The cursor behind the sample.
    function _checkLeaf(
        SignedStates.State memory state,
        bytes calldata samples,
        uint256 cursor,
        uint256 sample,
        Book.Entry storage entry_,
        uint256 offset
    ) private view returns (uint256) {
        Book.Entry memory entry = entry_;
        if (state.volumeId != entry.volumeId) {
            revert IProofOfStorage.ProofOfStorageWrongVolume(sample, entry.volumeId, state.volumeId);
        }
        if (state.nonce < entry.floor) {
            revert IProofOfStorage.ProofOfStorageStateBelowFloor(sample, state.nonce, entry.floor);
        }
        // Nothing is stored yet, so there is nothing to show.
        if (state.sectors == 0) return cursor;

        uint256 slotDepth = SECTOR_DEPTH + MerklePath.depthOf(state.sectors);
        uint256 depth = slotDepth + MerklePath.depthOf(entry.n);
        uint256 end = cursor + MerklePath.LEAF_BYTES + depth * MerklePath.HASH_BYTES;
        if (samples.length < end) revert IProofOfStorage.ProofOfStorageSamplesTruncated(sample);
        uint256 leaf = (uint256(entry.slot) << slotDepth) | (offset % (uint256(state.sectors) * LEAVES_PER_SECTOR));
        if (MerklePath.root(samples, cursor, leaf, depth) != state.root) {
            revert IProofOfStorage.ProofOfStorageLeafMismatch(sample);
        }
        return end;
    }
}
