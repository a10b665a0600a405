// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IProofOfStorage} from "../interfaces/IProofOfStorage.sol";

/// @title One provider's book: its slots in a sum tree over their billed sectors
/// @dev The tree has four children a node and one storage word per node. Every weight is kept twice, frozen (for the epochs
/// before `fromEpoch`) and next (from it on), so that what changes in an epoch counts from the next one:
///
///     word = fromEpoch (32) ‖ four times (next (28) ‖ frozen (28)), child 0 in the lowest bits
///
/// Level 0 holds positions 4i … 4i + 3 in node i; level l + 1 holds the sums of four nodes of level l. A change touches a
/// node on every level, and all of them with the same `fromEpoch`, so a node and its children always agree.
/// A position that is freed keeps its entry, because the epoch's proof still needs it, and is reused in a later epoch.
library Book {
    struct Entry {
        uint64 volumeId;
        uint8 slot;
        uint8 n;
        uint64 floor;
        /// @dev The position freed next, plus one; 0 = none.
        uint32 nextFreed;
        uint32 freedEpoch;
    }

    struct Data {
        uint32 size;
        /// @dev First and last of the freed positions, plus one; 0 = none.
        uint32 oldestFreed;
        uint32 newestFreed;
        mapping(uint256 key => uint256) nodes;
        mapping(uint256 position => Entry) entries;
    }

    /// @notice Most sectors of a whole book.
    uint256 internal constant MAX_SECTORS = (1 << 28) - 1;

    uint256 private constant WEIGHT = (1 << 28) - 1;
    uint256 private constant FROZEN = WEIGHT | (WEIGHT << 56) | (WEIGHT << 112) | (WEIGHT << 168);
    uint256 private constant NEXT = FROZEN << 28;

    /// @dev Adds a slot, billed from the epoch after `epoch` on.
    function add(Data storage book, uint32 epoch, uint64 volumeId, uint8 slot, uint8 n, uint32 sectors)
        internal
        returns (uint32 position)
    {
        uint32 size = book.size;
        uint32 freed = book.oldestFreed;
        if (freed != 0 && book.entries[freed - 1].freedEpoch < epoch) {
            position = freed - 1;
            uint32 following = book.entries[position].nextFreed;
            book.oldestFreed = following;
            if (following == 0) book.newestFreed = 0;
        } else {
            position = size++;
            if (position != 0 && position == 4 ** _levels(position)) _raise(book, epoch, position);
            book.size = size;
        }
        book.entries[position] =
            Entry({volumeId: volumeId, slot: slot, n: n, floor: 0, nextFreed: 0, freedEpoch: 0});
        setWeight(book, epoch, position, sectors);
    }

    /// @dev Frees a position; it weighs nothing from the epoch after `epoch` on.
    function remove(Data storage book, uint32 epoch, uint32 position) internal {
        setWeight(book, epoch, position, 0);
        book.entries[position].freedEpoch = epoch;
        uint32 newest = book.newestFreed;
        if (newest == 0) book.oldestFreed = position + 1;
        else book.entries[newest - 1].nextFreed = position + 1;
        book.newestFreed = position + 1;
    }

    /// @dev Sets a position's weight from the epoch after `epoch` on.
    function setWeight(Data storage book, uint32 epoch, uint32 position, uint32 sectors) internal {
        uint256 levels = _levels(book.size);
        uint256 index = position;
        uint256 weight = sectors;
        uint256 previous;
        for (uint256 level; level < levels; ++level) {
            uint256 lane = (index & 3) * 56;
            index >>= 2;
            uint256 node = _folded(book.nodes[_key(level, index)], epoch);
            uint256 before = (node >> (lane + 28)) & WEIGHT;
            // On level 0 the weight is given; above, a node changes by as much as its child did.
            if (level != 0) weight = before + weight - previous;
            if (weight > MAX_SECTORS) revert IProofOfStorage.ProofOfStorageBookFull(weight);
            previous = before;
            node &= ~(WEIGHT << (lane + 28)) & (NEXT | FROZEN);
            node |= (weight << (lane + 28)) | ((uint256(epoch) + 1) << 224);
            book.nodes[_key(level, index)] = node;
            if (level == levels - 1) {
                uint256 sum = _sum((node & NEXT) >> 28);
                if (sum > MAX_SECTORS) revert IProofOfStorage.ProofOfStorageBookFull(sum);
            }
        }
    }

    /// @return The book's billed sectors in `epoch`, which must be the current one.
    function total(Data storage book, uint32 epoch) internal view returns (uint256) {
        return _sum(_folded(book.nodes[_key(_levels(book.size) - 1, 0)], epoch) & FROZEN);
    }

    /// @return frozen The position's weight in `epoch`.
    /// @return next Its weight from the following epoch on.
    function weights(Data storage book, uint32 epoch, uint32 position)
        internal
        view
        returns (uint32 frozen, uint32 next)
    {
        uint256 lanes = _folded(book.nodes[_key(0, position >> 2)], epoch) >> ((position & 3) * 56);
        return (uint32(lanes & WEIGHT), uint32((lanes >> 28) & WEIGHT));
    }

    /// @dev Finds the entry that holds a sector of the book, counted over the frozen weights in order of position.
    /// @param sector Less than `total`.
    /// @return position The entry's position.
    /// @return within The sector's number inside the entry.
    function find(Data storage book, uint32 epoch, uint256 sector)
        internal
        view
        returns (uint256 position, uint256 within)
    {
        for (uint256 level = _levels(book.size); level != 0;) {
            --level;
            uint256 lanes = _folded(book.nodes[_key(level, position)], epoch);
            position <<= 2;
            // Four lanes at most: the sector lies inside this node's sum.
            while (sector >= lanes & WEIGHT) {
                sector -= lanes & WEIGHT;
                lanes >>= 56;
                ++position;
            }
        }
        return (position, sector);
    }

    /// @dev Puts a new root over a full tree of `size` positions.
    function _raise(Data storage book, uint32 epoch, uint32 size) private {
        uint256 level = _levels(size);
        uint256 root = _folded(book.nodes[_key(level - 1, 0)], epoch);
        book.nodes[_key(level, 0)] =
            _sum(root & FROZEN) | (_sum((root & NEXT) >> 28) << 28) | ((uint256(epoch) + 1) << 224);
    }

    /// @dev The node as of `epoch`: once `fromEpoch` is reached, next is what is frozen.
    function _folded(uint256 node, uint32 epoch) private pure returns (uint256) {
        if (node >> 224 > epoch) return node;
        uint256 next = node & NEXT;
        return next | (next >> 28);
    }

    /// @dev Sum of four weights of 28 bits that lie 56 bits apart.
    function _sum(uint256 lanes) private pure returns (uint256) {
        unchecked {
            lanes += lanes >> 112;
            return (lanes + (lanes >> 56)) & ((1 << 56) - 1);
        }
    }

    /// @dev Levels of the tree, at least one.
    function _levels(uint256 size) private pure returns (uint256 levels) {
        levels = 1;
        for (uint256 capacity = 4; capacity < size; capacity <<= 2) ++levels;
    }

    function _key(uint256 level, uint256 index) private pure returns (uint256) {
        return (level << 32) | index;
    }
}
