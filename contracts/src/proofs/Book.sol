// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IProofOfStorage} from "../interfaces/IProofOfStorage.sol";
import {Weights} from "./Weights.sol";

/// @title One provider's book: its slots with their billed sectors, and a sum tree to find one by sector
/// @dev An entry, the header and a node are one storage word each. Entries lie in order of position; level 0 of the tree sums
/// them four by four, level l + 1 sums four lanes of level l, and a node holds four lanes. A lane is kept only once all the
/// 4^(l + 1) entries below it exist, and is final in its place then, so that adding a slot writes its entry and the header
/// and, at every fourth, one lane: what opening a volume costs does not grow with the book.
/// A position that is freed keeps its entry, because the epoch's proof still needs it, and is reused in a later epoch.
library Book {
    using Weights for uint56;

    struct Entry {
        uint64 volumeId;
        /// @dev Least nonce of a state that proves the slot, at the latest from the next epoch on.
        uint64 floor;
        uint56 weight;
        uint32 fromEpoch;
        /// @dev The position freed next, plus one; 0 = none.
        uint24 nextFreed;
        uint8 slot;
        uint8 n;
    }

    struct Header {
        uint24 size;
        /// @dev First and last of the freed positions, plus one; 0 = none.
        uint24 oldestFreed;
        uint24 newestFreed;
        uint56 total;
        /// @dev Sum of the entries behind the last complete lane of level 0.
        uint56 tail;
        uint32 fromEpoch;
    }

    /// @dev The floor before the last raise; it counts before `fromEpoch`. Read only for states below the entry's own floor.
    struct Raise {
        uint64 floorBefore;
        uint32 fromEpoch;
    }

    struct Data {
        Header header;
        mapping(uint256 key => uint256) nodes;
        mapping(uint256 position => Entry) entries;
        mapping(uint256 position => Raise) raises;
    }

    /// @dev Adds a slot, billed from the epoch after `epoch` on.
    function add(Data storage book, uint32 epoch, uint64 volumeId, uint8 slot, uint8 n, uint32 sectors)
        internal
        returns (uint256 position)
    {
        Header memory header = book.header;
        uint256 freed = header.oldestFreed;
        bool reuse = freed != 0 && book.entries[freed - 1].fromEpoch <= epoch;
        if (reuse) {
            position = freed - 1;
            header.oldestFreed = book.entries[position].nextFreed;
            if (header.oldestFreed == 0) header.newestFreed = 0;
        } else {
            position = header.size++;
        }
        _write(
            book.entries[position],
            Entry({
                volumeId: volumeId,
                floor: 0,
                weight: Weights.pack(0, sectors),
                fromEpoch: epoch + 1,
                nextFreed: 0,
                slot: slot,
                n: n
            })
        );
        // A freed position has weighed nothing since, so that its sectors are new to all sums in either case.
        _setSums(header, epoch, !reuse || _inTail(header, position), 0, sectors);
        if (reuse) _addToLanes(book, epoch, header.size, position, 0, sectors);
        else if (header.size & 3 == 0) _completeLanes(book, epoch, header);
        _write(book.header, header);
    }

    /// @dev Frees a position; it weighs nothing from the epoch after `epoch` on.
    function remove(Data storage book, uint32 epoch, uint256 position) internal {
        setWeight(book, epoch, position, 0);
        uint256 newest = book.header.newestFreed;
        if (newest == 0) book.header.oldestFreed = uint24(position + 1);
        else book.entries[newest - 1].nextFreed = uint24(position + 1);
        book.header.newestFreed = uint24(position + 1);
    }

    /// @dev Sets a position's weight from the epoch after `epoch` on.
    function setWeight(Data storage book, uint32 epoch, uint256 position, uint32 sectors) internal {
        Entry storage entry = book.entries[position];
        (uint256 frozen, uint256 before) = entry.weight.split(entry.fromEpoch, epoch);
        (entry.weight, entry.fromEpoch) = (Weights.pack(frozen, sectors), epoch + 1);
        Header memory header = book.header;
        _setSums(header, epoch, _inTail(header, position), before, sectors);
        _write(book.header, header);
        _addToLanes(book, epoch, header.size, position, before, sectors);
    }

    /// @dev Raises a position's floor from the epoch after `epoch` on. `floor` is above the one already set.
    function raiseFloor(Data storage book, uint32 epoch, uint256 position, uint64 floor) internal {
        // A second raise in an epoch leaves what counts until its end.
        (uint64 inForce,) = floors(book, epoch, position);
        book.raises[position] = Raise(inForce, epoch + 1);
        book.entries[position].floor = floor;
    }

    /// @return inForce The position's floor in `epoch`, which must be the current one.
    /// @return next Its floor from the following epoch on.
    function floors(Data storage book, uint32 epoch, uint256 position)
        internal
        view
        returns (uint64 inForce, uint64 next)
    {
        next = book.entries[position].floor;
        // A position that has been reused may still have its last holder's raise, but never one that is yet to count.
        Raise memory raise = book.raises[position];
        inForce = raise.fromEpoch > epoch ? raise.floorBefore : next;
    }

    /// @return The book's billed sectors in `epoch`, which must be the current one.
    function total(Data storage book, uint32 epoch) internal view returns (uint256) {
        Header memory header = book.header;
        (uint256 frozen,) = header.total.split(header.fromEpoch, epoch);
        return frozen;
    }

    /// @return frozen The position's weight in `epoch`.
    /// @return next Its weight from the following epoch on.
    function weights(Data storage book, uint32 epoch, uint256 position)
        internal
        view
        returns (uint256 frozen, uint256 next)
    {
        Entry storage entry = book.entries[position];
        return entry.weight.split(entry.fromEpoch, epoch);
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
        uint256 size = book.header.size;
        uint256 levels;
        while (size >> (2 * levels + 2) != 0) ++levels;
        unchecked {
            for (uint256 level = levels; level != 0;) {
                --level;
                // `position` counts lanes of this level; what lies behind its complete lanes is found further below.
                uint256 complete = size >> (2 * level + 2);
                uint256 lanes = Weights.fold(book.nodes[_key(level, position >> 2)], epoch);
                for (uint256 weight; position < complete; ++position) {
                    weight = lanes & Weights.MAX;
                    if (sector < weight) break;
                    sector -= weight;
                    lanes >>= Weights.LANE_BITS;
                }
                position <<= 2;
            }
            for (;; ++position) {
                (uint256 weight,) = weights(book, epoch, position);
                if (sector < weight) return (position, sector);
                sector -= weight;
            }
        }
    }

    /// @dev Puts an entry's changed weight into the header's sums.
    function _setSums(Header memory header, uint32 epoch, bool inTail, uint256 before, uint256 after_) private pure {
        (uint256 frozen, uint256 next) = header.total.split(header.fromEpoch, epoch);
        next = next - before + after_;
        if (next > Weights.MAX) revert IProofOfStorage.ProofOfStorageBookFull(next);
        header.total = Weights.pack(frozen, next);
        (frozen, next) = header.tail.split(header.fromEpoch, epoch);
        header.tail = Weights.pack(frozen, inTail ? next - before + after_ : next);
        header.fromEpoch = epoch + 1;
    }

    /// @dev Whether no complete lane of level 0 holds the position.
    function _inTail(Header memory header, uint256 position) private pure returns (bool) {
        return position >> 2 == header.size >> 2;
    }

    /// @dev Carries a changed weight into every complete lane above its position.
    function _addToLanes(
        Data storage book,
        uint32 epoch,
        uint256 size,
        uint256 position,
        uint256 before,
        uint256 after_
    ) private {
        for (uint256 level; position >> 2 < size >> (2 * level + 2); ++level) {
            position >>= 2;
            uint256 key = _key(level, position >> 2);
            (uint256 frozen, uint256 next) = Weights.lane(book.nodes[key], position & 3, epoch);
            book.nodes[key] =
                Weights.withLane(book.nodes[key], position & 3, epoch, frozen, next - before + after_);
        }
    }

    /// @dev Writes the lanes that the newest entry has completed, the lowest of which takes over the tail.
    function _completeLanes(Data storage book, uint32 epoch, Header memory header) private {
        (uint256 frozen, uint256 next) = header.tail.split(header.fromEpoch, epoch);
        header.tail = 0;
        uint256 lanes = header.size;
        for (uint256 level;; ++level) {
            lanes >>= 2;
            uint256 key = _key(level, (lanes - 1) >> 2);
            uint256 node = Weights.withLane(book.nodes[key], (lanes - 1) & 3, epoch, frozen, next);
            book.nodes[key] = node;
            if (lanes & 3 != 0) return;
            (frozen, next) = Weights.sum(node);
        }
    }

    /// @dev Writes the whole word at once; the compiler would read and write it once for each field.
    function _write(Entry storage entry, Entry memory value) private {
        uint256 word = uint256(value.n) << 248 | uint256(value.slot) << 240 | uint256(value.nextFreed) << 216
            | uint256(value.fromEpoch) << 184 | uint256(value.weight) << 128 | uint256(value.floor) << 64
            | value.volumeId;
        assembly ("memory-safe") {
            sstore(entry.slot, word)
        }
    }

    /// @dev As above.
    function _write(Header storage header, Header memory value) private {
        uint256 word = uint256(value.fromEpoch) << 184 | uint256(value.tail) << 128 | uint256(value.total) << 72
            | uint256(value.newestFreed) << 48 | uint256(value.oldestFreed) << 24 | value.size;
        assembly ("memory-safe") {
            sstore(header.slot, word)
        }
    }

    function _key(uint256 level, uint256 index) private pure returns (uint256) {
        return (level << 32) | index;
    }
}
