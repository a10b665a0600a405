// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A provider's public offer, with the stake and the billed sectors that bound it
library Asks {
    /// @dev One word, all that a reservation needs unless a price is `pending`.
    struct Offer {
        uint96 stake;
        uint32 freeSectors;
        uint32 billedSectors;
        uint24 minSectors;
        bool pending;
        uint64 price;
    }

    /// @dev The price last announced; while it is pending, it replaces the offer's from `epoch` on.
    struct Announcement {
        uint64 price;
        uint32 epoch;
        bool made;
    }

    struct Ask {
        Offer offer;
        Announcement announcement;
    }

    /// @dev Announces a price; the first one counts at once, a changed one after `notice` epochs. The price in force takes back
    /// what was announced before, and the same announcement again does not start its notice again.
    /// @return fromEpoch The first epoch at which it counts.
    function announce(Ask storage ask, uint32 epoch, uint32 notice, uint64 price) internal returns (uint32 fromEpoch) {
        Offer memory offer = ask.offer;
        Announcement memory last = ask.announcement;
        uint64 inForce = priceAt(ask, offer, epoch);
        if (offer.pending && epoch < last.epoch && price == last.price) return last.epoch;
        bool delayed = last.made && price != inForce;
        fromEpoch = delayed ? epoch + notice : epoch;
        (ask.offer.price, ask.offer.pending) = (delayed ? inForce : price, delayed);
        ask.announcement = Announcement(price, fromEpoch, true);
    }

    /// @param offer The ask's offer, which the caller has read already.
    function priceAt(Ask storage ask, Offer memory offer, uint32 epoch) internal view returns (uint64) {
        if (!offer.pending) return offer.price;
        Announcement memory last = ask.announcement;
        return epoch < last.epoch ? offer.price : last.price;
    }

    /// @dev Writes the whole word at once; the compiler would read and write it once for each field.
    function write(Offer storage offer, Offer memory value) internal {
        uint256 word = uint256(value.price) << 192 | uint256(value.pending ? 1 : 0) << 184 | uint256(value.minSectors) << 160 | uint256(value.billedSectors) << 128
            | uint256(value.freeSectors) << 96 | value.stake;
        assembly ("memory-safe") {
            sstore(offer.slot, word)
        }
    }
}
