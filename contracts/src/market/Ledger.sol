// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title What a volume's slots cost
/// @dev No balance is kept per volume: what is funded and not yet settled follows from prices and epochs alone, so it cannot
/// drift from them. Prices and sizes are kept twice, for the epochs before `changeEpoch` and from it on; a change settles
/// all slots up to the current epoch first, so that older prices are never needed.
library Ledger {
    uint256 internal constant MAX_SLOTS = 32;

    /// @dev One word.
    struct Slot {
        address provider;
        uint64 pricePerSectorEpoch;
        /// @dev First epoch not settled yet.
        uint32 settledEpoch;
    }

    /// @dev One word.
    struct Terms {
        uint32 openedEpoch;
        /// @dev First epoch that is not paid for.
        uint32 endEpoch;
        uint32 sectors;
        uint32 previousSectors;
        uint32 changeEpoch;
        uint32 generation;
        uint8 k;
        uint8 m;
        bool closed;
    }

    struct Volume {
        Terms terms;
        address owner;
        Slot[MAX_SLOTS] slots;
        /// @dev Positions in the providers' books, eight to a word.
        uint32[MAX_SLOTS] positions;
        /// @dev Prices per sector before `changeEpoch`, four to a word.
        uint64[MAX_SLOTS] previousPrices;
    }

    function slotCount(Terms memory terms) internal pure returns (uint256) {
        return uint256(terms.k) + terms.m;
    }

    /// @return providers The volume's providers by slot.
    function providersOf(Volume storage volume, uint256 n) internal view returns (address[] memory providers) {
        providers = new address[](n);
        for (uint256 i; i < n; ++i) providers[i] = volume.slots[i].provider;
    }

    /// @return positions The slots' positions in their providers' books.
    function positionsOf(Volume storage volume, uint256 n) internal view returns (uint32[] memory positions) {
        positions = new uint32[](n);
        for (uint256 i; i < n; ++i) positions[i] = volume.positions[i];
    }

    /// @return Price of slot `i` for one epoch before the change.
    function priceBefore(Volume storage volume, Terms memory terms, uint256 i) internal view returns (uint256) {
        return uint256(volume.previousPrices[i]) * terms.previousSectors;
    }

    /// @return Price of slot `i` for one epoch from the change on.
    function priceAfter(Volume storage volume, Terms memory terms, uint256 i) internal view returns (uint256) {
        return uint256(volume.slots[i].pricePerSectorEpoch) * terms.sectors;
    }

    /// @dev Where the change divides the epochs [from, to).
    function divide(Terms memory terms, uint32 from, uint32 to) internal pure returns (uint32) {
        if (terms.changeEpoch <= from) return from;
        return terms.changeEpoch < to ? terms.changeEpoch : to;
    }

    /// @return amount What all slots still hold for the epochs up to the funded end.
    function escrow(Volume storage volume, Terms memory terms) internal view returns (uint256 amount) {
        uint256 n = slotCount(terms);
        for (uint256 i; i < n; ++i) {
            uint32 from = volume.slots[i].settledEpoch;
            if (from >= terms.endEpoch) continue;
            uint32 middle = divide(terms, from, terms.endEpoch);
            if (middle != from) amount += priceBefore(volume, terms, i) * (middle - from);
            amount += priceAfter(volume, terms, i) * (terms.endEpoch - middle);
        }
    }

    /// @dev Sets size and prices from the epoch after `epoch` on; all slots are settled up to `epoch`.
    function change(Volume storage volume, Terms memory terms, uint32 epoch, uint32 sectors, uint64[] memory prices)
        internal
    {
        // A second change in an epoch replaces the first; what counts until its end stays.
        bool first = terms.changeEpoch != epoch + 1;
        if (first) (terms.previousSectors, terms.changeEpoch) = (terms.sectors, epoch + 1);
        terms.sectors = sectors;
        for (uint256 i; i < prices.length; ++i) {
            if (first) volume.previousPrices[i] = volume.slots[i].pricePerSectorEpoch;
            volume.slots[i].pricePerSectorEpoch = prices[i];
        }
    }
}
