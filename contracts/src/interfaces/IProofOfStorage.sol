// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IEpochClock} from "./IEpochClock.sol";

/// @title Epochs, seeds, books and proofs
/// @notice Byte formats: docs/protocol/types.md, sections 2 to 4, 12 and 13. Books, weights and keys that change in an epoch
/// count from the next one, so that nobody can re-roll a challenge or fail a provider's epoch.
interface IProofOfStorage is IEpochClock {
    /// @notice One position of a provider's book.
    struct Entry {
        uint32 position;
        uint64 volumeId;
        uint8 slot;
        /// @notice Slots of the volume.
        uint8 n;
        /// @notice Least nonce of a state that proves this slot in the current epoch.
        uint64 floor;
        /// @notice The same from the next epoch on.
        uint64 nextFloor;
        /// @notice Billed sectors in the current epoch.
        uint32 frozenSectors;
        /// @notice Billed sectors from the next epoch on; 0 once the slot has left.
        uint32 nextSectors;
    }

    event SeedStored(uint32 indexed epoch, bytes28 seed);
    /// @param statesUsed 16 bytes (volumeId uint64 ‖ nonce uint64) for each record of `states` in its order, then for each
    /// sample, in order, that was shown from the implicit empty state: its volumeId with nonce 0.
    event EpochProven(
        address indexed provider,
        uint32 indexed epoch,
        uint64 billedSectors,
        uint16 samples,
        bytes statesUsed
    );
    /// @notice From the next epoch on, no state with a lesser nonce than `floor` proves the slot.
    event FloorRaised(address indexed provider, uint64 indexed volumeId, uint8 slot, uint64 floor);
    /// @notice The slot counts with `nextSectors` from the next epoch on; 0 = it left.
    event BookChanged(address indexed provider, uint64 indexed volumeId, uint8 slot, uint32 nextSectors);

    error ProofOfStorageNotMarket(address caller);
    error ProofOfStorageMarketAlreadySet(address market);
    error ProofOfStorageEpochNotCurrent(uint32 epoch, uint32 currentEpoch);
    error ProofOfStorageSeedKnown(uint32 epoch);
    error ProofOfStorageSeedUnknown(uint32 epoch);
    /// @notice The seed block lies in the future or more than 256 blocks back.
    error ProofOfStorageSeedBlockUnavailable(uint32 epoch, uint256 seedBlock);
    error ProofOfStorageHeaderMismatch(bytes32 expected, bytes32 actual);
    error ProofOfStorageAlreadyProven(address provider, uint32 epoch);
    error ProofOfStorageNothingBilled(address provider, uint32 epoch);
    /// @notice `states` is not a whole number of records, or more of them than samples.
    error ProofOfStorageStatesLength(uint256 length);
    error ProofOfStorageStatesUnordered(uint256 stateIndex);
    error ProofOfStorageStateNonceZero(uint256 stateIndex);
    error ProofOfStorageStateSignatureInvalid(uint256 stateIndex);
    /// @notice No sample fell on the state's volume.
    error ProofOfStorageStateUnused(uint256 stateIndex);
    error ProofOfStorageSamplesTruncated(uint256 sample);
    error ProofOfStorageSamplesTrailing(uint256 bytesLeft);
    error ProofOfStorageStateIndexOutOfRange(uint256 sample, uint256 stateIndex);
    error ProofOfStorageWrongVolume(uint256 sample, uint64 expected, uint64 actual);
    error ProofOfStorageStateBelowFloor(uint256 sample, uint64 nonce, uint64 floor);
    error ProofOfStorageLeafMismatch(uint256 sample);
    /// @notice A certificate has 200 bytes and 69 for each receipt.
    error ProofOfStorageCertificateLength(uint256 length);
    error ProofOfStorageReceiptTermTooLow(uint64 term, uint64 stateTerm);
    error ProofOfStorageQuorumMissing(uint256 receipts, uint256 quorum);
    /// @notice Receipts come by rising slot, each once.
    error ProofOfStorageReceiptsUnordered(uint256 receiptIndex);
    error ProofOfStorageReceiptSlotUnknown(uint256 receiptIndex, uint8 slot);
    /// @notice Not signed by the slot's provider of today.
    error ProofOfStorageReceiptSignatureInvalid(uint256 receiptIndex, uint8 slot);
    /// @notice The certificate has no receipt of a slot whose floor it should raise.
    error ProofOfStorageReceiptMissing(uint64 volumeId, uint8 slot);
    /// @notice None of the slots has a floor below the nonce, or none was named.
    error ProofOfStorageNothingToAnchor(uint64 volumeId, uint64 nonce);
    /// @notice A book holds at most 2^28 - 1 sectors.
    error ProofOfStorageBookFull(uint256 sectors);

    /// @notice Stores the current epoch's seed from the RLP header of its seed block. Anybody.
    function storeSeed(uint32 epoch, bytes calldata headerRlp) external;

    /// @notice Proves the current epoch for the caller's whole book.
    /// @param states Signed states of 152 bytes each, by rising volumeId.
    /// @param samples K samples: state index, leaf, path.
    function prove(uint32 epoch, bytes calldata states, bytes calldata samples) external;

    /// @notice Raises the floors of an open volume's slots to a certified state, from the next epoch on: whoever has signed
    /// a receipt for it can no longer prove an older state, or none. Floors that are as high already stay. Anybody.
    /// @param certificate 192 bytes of the state with its signature, the receipts' term, and 69 bytes for each receipt of at
    /// least the write quorum's slots, all signed by the slots' providers of today.
    /// @param slotMask Bit j stands for slot j; each must have its own receipt in the certificate, so that nobody can be held
    /// to a state it has not taken.
    function anchor(bytes calldata certificate, uint32 slotMask) external;

    /// @notice Names the market, once. Contract owner only.
    function setMarket(address market) external;

    /// @notice Adds a slot to each provider's book; provider j gets slot j of `providers.length`. Market only.
    /// @return positions Its position in each book.
    function join(address[] calldata providers, uint64 volumeId, uint32 sectors)
        external
        returns (uint32[] memory positions);

    /// @notice Changes the billed sectors at each position. Market only.
    function setWeight(address[] calldata providers, uint32[] calldata positions, uint32 sectors) external;

    /// @notice Takes each position off its book. Market only.
    function remove(address[] calldata providers, uint32[] calldata positions) external;

    /// @notice Names the key that signs a volume's states of one generation. Market only.
    function setSessionKey(uint64 volumeId, uint32 generation, address key, uint64 expiry) external;

    /// @notice An epoch's seed, for as long as the ring of 64 keeps it.
    function seedOf(uint32 epoch) external view returns (bool known, bytes28 seed);

    /// @notice Positions `from` to `from + count - 1`, including ones that have left.
    function book(address provider, uint32 from, uint32 count) external view returns (Entry[] memory);

    /// @notice Positions in use or kept for reuse.
    function bookSize(address provider) external view returns (uint32);

    /// @notice The provider's whole billed size in the current epoch.
    function billedSectors(address provider) external view returns (uint32);

    /// @notice Where sample `i` of the current epoch falls: a slot, and a leaf counted from the start of its billed sectors.
    function challenge(address provider, uint32 epoch, uint16 i)
        external
        view
        returns (uint64 volumeId, uint8 slot, uint8 n, uint64 offset);

    function sessionKey(uint64 volumeId, uint32 generation) external view returns (address key, uint64 expiry);

    function hasProven(address provider, uint32 epoch) external view returns (bool);

    /// @notice What the provider's proof of an epoch has used, for as long as its ring of 64 epochs keeps it.
    /// @return known Whether it is kept.
    /// @return listHash First 28 bytes of the keccak256 hash of `EpochProven.statesUsed`.
    function statesUsed(address provider, uint32 epoch) external view returns (bool known, bytes28 listHash);

    /// @notice Epochs before `beforeEpoch` that the provider has proven.
    function provenCount(address provider, uint32 beforeEpoch) external view returns (uint32);

    /// @notice How many of the epochs from `fromEpoch` on that are over, and before `endEpoch`, the provider has proven.
    /// @return toEpoch The first epoch not counted: the current one or `endEpoch`, but at least `fromEpoch`.
    function provenUntil(address provider, uint32 fromEpoch, uint32 endEpoch)
        external
        view
        returns (uint32 toEpoch, uint32 proven);

    function market() external view returns (address);
}
