// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IProofOfStorage} from "../interfaces/IProofOfStorage.sol";
import {Book} from "./Book.sol";
import {MerklePath} from "./MerklePath.sol";
import {SignedStates} from "./SignedStates.sol";
import {StateList} from "./StateList.sol";

/// @title Checks the two arguments of `prove` (docs/protocol/types.md, sections 12 and 13)
library ProofVerifier {
    using Book for Book.Data;
    using StateList for bytes;

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
    /// @return used Their volumes and nonces.
    function checkStates(bytes calldata states, uint256 k, bytes32 domainSeparator, SessionKeys storage sessionKeys)
        internal
        view
        returns (uint256 count, bytes memory used)
    {
        count = states.length / SignedStates.RECORD_BYTES;
        if (count * SignedStates.RECORD_BYTES != states.length || count > k) {
            revert IProofOfStorage.ProofOfStorageStatesLength(states.length);
        }
        used = StateList.create(count + k);
        uint256 previous;
        for (uint256 i; i < count; ++i) {
            SignedStates.State memory state = SignedStates.stateAt(states, i);
            // Volume ids start at 1, so that the first record also rises above `previous`.
            if (state.volumeId <= previous) revert IProofOfStorage.ProofOfStorageStatesUnordered(i);
            if (state.nonce == 0) revert IProofOfStorage.ProofOfStorageStateNonceZero(i);
            previous = state.volumeId;
            bytes32 digest = MessageHashUtils.toTypedDataHash(domainSeparator, SignedStates.structHash(state));
            address key = sessionKeys.keys[state.volumeId][state.generation].key;
            if (!isSignature(digest, SignedStates.signatureAt(states, i), key)) {
                revert IProofOfStorage.ProofOfStorageStateSignatureInvalid(i);
            }
            used.add(state.volumeId, state.nonce);
        }
    }

    /// @param signature r ‖ yParityAndS (EIP-2098).
    /// @return Whether it is the account's; never for the zero address.
    function isSignature(bytes32 digest, bytes calldata signature, address account) internal pure returns (bool) {
        (address signer, ECDSA.RecoverError error_,) =
            ECDSA.tryRecover(digest, bytes32(signature[0:32]), bytes32(signature[32:64]));
        return error_ == ECDSA.RecoverError.NoError && signer == account;
    }

    /// @dev Every drawn leaf must follow, in order, with its path to the root of its volume's state; no state may be
    /// superfluous and nothing may follow the last sample.
    /// @param shown Takes the volumes that are shown from the implicit empty state.
    function checkSamples(
        bytes calldata states,
        uint256 count,
        bytes calldata samples,
        uint256 k,
        Draw memory draw,
        Book.Data storage book,
        bytes memory shown
    ) internal view {
        uint256 cursor;
        uint256 used;
        for (uint256 i; i < k; ++i) {
            if (samples.length < cursor + INDEX_BYTES) revert IProofOfStorage.ProofOfStorageSamplesTruncated(i);
            uint256 stateIndex = uint16(bytes2(samples[cursor:]));
            cursor += INDEX_BYTES;
            (uint256 position, uint256 offset) = challenge(draw, i, book);
            if (stateIndex == EMPTY_STATE) {
                _checkFloor(book, draw.epoch, position, i, 0);
                shown.add(book.entries[position].volumeId, 0);
                continue;
            }
            if (stateIndex >= count) revert IProofOfStorage.ProofOfStorageStateIndexOutOfRange(i, stateIndex);
            used |= 1 << stateIndex;
            SignedStates.State memory state = SignedStates.stateAt(states, stateIndex);
            Book.Entry storage entry = book.entries[position];
            if (state.volumeId != entry.volumeId) {
                revert IProofOfStorage.ProofOfStorageWrongVolume(i, entry.volumeId, state.volumeId);
            }
            _checkFloor(book, draw.epoch, position, i, state.nonce);
            cursor = _checkLeaf(state, samples, cursor, i, entry, offset);
        }
        if (cursor != samples.length) {
            revert IProofOfStorage.ProofOfStorageSamplesTrailing(samples.length - cursor);
        }
        for (uint256 i; i < count; ++i) {
            if (used & (1 << i) == 0) revert IProofOfStorage.ProofOfStorageStateUnused(i);
        }
    }

    /// @return position The slot that sample `i` falls on.
    /// @return offset The leaf, counted from the start of the slot's billed sectors.
    function challenge(Draw memory draw, uint256 i, Book.Data storage book)
        internal
        view
        returns (uint256 position, uint256 offset)
    {
        // The modulo's bias is below 2^-214: a book has less than 2^42 leaves.
        uint256 index = uint256(keccak256(abi.encodePacked(draw.seed, draw.provider, draw.epoch, uint16(i))))
            % (draw.total * LEAVES_PER_SECTOR);
        (position, offset) = book.find(draw.epoch, index / LEAVES_PER_SECTOR);
        offset = offset * LEAVES_PER_SECTOR + index % LEAVES_PER_SECTOR;
    }

    /// @dev The entry's own floor is the higher of the two that may count, and nearly every state lies above it.
    function _checkFloor(Book.Data storage book, uint32 epoch, uint256 position, uint256 sample, uint64 nonce)
        private
        view
    {
        if (nonce >= book.entries[position].floor) return;
        (uint64 floor,) = book.floors(epoch, position);
        if (nonce < floor) revert IProofOfStorage.ProofOfStorageStateBelowFloor(sample, nonce, floor);
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
        // Nothing is stored yet, so there is nothing to show.
        if (state.sectors == 0) return cursor;

        Book.Entry memory entry = entry_;
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
