// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title What a volume's slots cost
/// @dev No balance is kept per volume: what is funded and not yet settled follows from prices and epochs alone, so it cannot
/// drift from them. Prices and sizes are kept twice, for the epochs before `changeEpoch` and from it on; a change settles
/// all slots up to the current epoch first, so that older prices are never needed.
library Ledger {
    uint256 internal constant MAX_SLOTS = 32;
    /// @dev Book positions that share a word with the volume's shape, and the bits of one.
    uint256 private constant NEAR_POSITIONS = 7;
    uint256 private constant POSITION_BITS = 24;

    /// @dev One word.
    struct Slot {
        /// @dev Zero where the slot is vacant. A dismissed slot keeps its provider until its last epoch is settled.
        address provider;
        uint64 pricePerSectorEpoch;
        /// @dev First epoch not settled yet; never zero for a slot of a volume.
        uint32 settledEpoch;
    }

    /// @dev One word, all that a settlement needs of the volume.
    struct Terms {
        address owner;
        /// @dev First epoch that is not paid for.
        uint32 endEpoch;
        uint32 sectors;
        uint32 changeEpoch;
    }

    /// @dev One word.
    struct Shape {
        uint32 openedEpoch;
        uint32 generation;
        uint8 k;
        uint8 m;
        bool closed;
        /// @dev The first slots' positions in their providers' books, slot 0 lowest.
        uint168 nearPositions;
    }

    /// @dev One word.
    struct Former {
        address provider;
        /// @dev First epoch in which the slot was no longer its.
        uint32 untilEpoch;
    }

    struct Volume {
        Terms terms;
        Shape shape;
        Slot[MAX_SLOTS] slots;
        uint24[MAX_SLOTS - NEAR_POSITIONS] farPositions;
        /// @dev Size and prices per sector before `changeEpoch`.
        uint32 previousSectors;
        uint64[MAX_SLOTS] previousPrices;
        /// @dev Bit j: slot j has been dismissed and costs nothing from then on. It is vacant from the `changeEpoch` of that
        /// time on: any change in a later epoch settles it first.
        uint32 dismissed;
        /// @dev Who held each slot last. Certificates name it for as long as no newer ones are made.
        Former[MAX_SLOTS] formers;
    }

    function slotCount(Shape memory shape) internal pure returns (uint256) {
        return uint256(shape.k) + shape.m;
    }

    /// @return k + ⌈m / 2⌉, the slots that certify a state.
    function quorum(Shape memory shape) internal pure returns (uint256) {
        return uint256(shape.k) + (uint256(shape.m) + 1) / 2;
    }

    /// @return Bit j: slot j has not been dismissed.
    function liveMask(Volume storage volume, Shape memory shape) internal view returns (uint256) {
        return ((1 << slotCount(shape)) - 1) & ~uint256(volume.dismissed);
    }

    /// @return count Slots of a mask.
    function countOf(uint256 mask) internal pure returns (uint256 count) {
        for (; mask != 0; mask &= mask - 1) ++count;
    }

    /// @return providers Those of the mask's slots, in order.
    function providersOf(Volume storage volume, uint256 mask) internal view returns (address[] memory providers) {
        providers = new address[](countOf(mask));
        uint256 filled;
        for (uint256 i; mask >> i != 0; ++i) {
            if (mask >> i & 1 != 0) providers[filled++] = volume.slots[i].provider;
        }
    }

    /// @return Position of slot `i` in its provider's book.
    function positionOf(Volume storage volume, Shape memory shape, uint256 i) internal view returns (uint32) {
        if (i < NEAR_POSITIONS) return uint24(shape.nearPositions >> (i * POSITION_BITS));
        return volume.farPositions[i - NEAR_POSITIONS];
    }

    /// @return positions Those of the mask's slots in their providers' books, in order.
    function positionsOf(Volume storage volume, Shape memory shape, uint256 mask)
        internal
        view
        returns (uint32[] memory positions)
    {
        positions = new uint32[](countOf(mask));
        uint256 filled;
        for (uint256 i; mask >> i != 0; ++i) {
            if (mask >> i & 1 != 0) positions[filled++] = positionOf(volume, shape, i);
        }
    }

    /// @return prices What the mask's slots cost now, per sector and epoch, in order.
    function pricesOf(Volume storage volume, uint256 mask) internal view returns (uint64[] memory prices) {
        prices = new uint64[](countOf(mask));
        uint256 filled;
        for (uint256 i; mask >> i != 0; ++i) {
            if (mask >> i & 1 != 0) prices[filled++] = volume.slots[i].pricePerSectorEpoch;
        }
    }

    /// @return Price of slot `i` for one epoch before the change.
    function priceBefore(Volume storage volume, uint256 i) internal view returns (uint256) {
        return uint256(volume.previousPrices[i]) * volume.previousSectors;
    }

    /// @dev Where the change divides the epochs [from, to).
    function divide(Terms memory terms, uint32 from, uint32 to) internal pure returns (uint32) {
        if (terms.changeEpoch <= from) return from;
        return terms.changeEpoch < to ? terms.changeEpoch : to;
    }

    /// @return amount What all `n` slots still hold for the epochs up to the funded end.
    function escrow(Volume storage volume, Terms memory terms, uint256 n) internal view returns (uint256 amount) {
        for (uint256 i; i < n; ++i) {
            Slot memory slot = volume.slots[i];
            if (slot.settledEpoch >= terms.endEpoch) continue;
            uint32 middle = divide(terms, slot.settledEpoch, terms.endEpoch);
            if (middle != slot.settledEpoch) amount += priceBefore(volume, i) * (middle - slot.settledEpoch);
            amount += uint256(slot.pricePerSectorEpoch) * terms.sectors * (terms.endEpoch - middle);
        }
    }

    /// @dev Writes a new volume's slots, each in one word, and its shape with the first positions.
    function create(
        Volume storage volume,
        Shape memory shape,
        address[] calldata providers,
        uint64[] memory prices,
        uint32[] memory positions
    ) internal {
        for (uint256 i; i < prices.length; ++i) {
            write(volume.slots[i], Slot(providers[i], prices[i], shape.openedEpoch + 1));
            if (i < NEAR_POSITIONS) shape.nearPositions |= uint168(positions[i]) << uint168(i * POSITION_BITS);
            else volume.farPositions[i - NEAR_POSITIONS] = uint24(positions[i]);
        }
        volume.shape = shape;
    }

    /// @dev Sets size and prices from the epoch after `epoch` on; all `n` slots are settled up to `epoch`.
    /// @param mask The slots that `prices` are for, in order; the others cost nothing from then on.
    function change(
        Volume storage volume,
        Terms memory terms,
        uint32 epoch,
        uint32 sectors,
        uint256 n,
        uint256 mask,
        uint64[] memory prices
    ) internal {
        // A second change in an epoch replaces the first; what counts until its end stays.
        bool first = terms.changeEpoch != epoch + 1;
        if (first) (volume.previousSectors, terms.changeEpoch) = (terms.sectors, epoch + 1);
        terms.sectors = sectors;
        uint256 taken;
        for (uint256 i; i < n; ++i) {
            if (first) volume.previousPrices[i] = volume.slots[i].pricePerSectorEpoch;
            volume.slots[i].pricePerSectorEpoch = mask >> i & 1 != 0 ? prices[taken++] : 0;
        }
    }

    /// @dev The compiler would read and write the word once for each field.
    function write(Slot storage slot, Slot memory value) internal {
        uint256 word = uint256(value.settledEpoch) << 224 | uint256(value.pricePerSectorEpoch) << 160
            | uint160(value.provider);
        assembly ("memory-safe") {
            sstore(slot.slot, word)
        }
    }
}
