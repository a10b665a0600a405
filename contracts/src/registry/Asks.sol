// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A provider's public offer, with the stake and the billed sectors that bound it
library Asks {
    /// @dev Two words. `price` counts before `nextPriceEpoch`, `nextPrice` from it on.
    struct Ask {
        uint96 stake;
        uint32 freeSectors;
        uint32 billedSectors;
        uint32 minSectors;
        uint64 price;
        uint64 nextPrice;
        uint32 nextPriceEpoch;
        bool announced;
    }

    /// @dev Announces a price; the first one counts at once, a changed one after `notice` epochs. One that is in force already
    /// takes back whatever was announced.
    /// @return fromEpoch The first epoch at which it counts.
    function set(Ask storage ask, uint32 epoch, uint32 notice, uint64 price) internal returns (uint32 fromEpoch) {
        uint64 inForce = priceAt(ask, epoch);
        fromEpoch = ask.announced && price != inForce ? epoch + notice : epoch;
        // The same announcement again does not start its notice again.
        if (ask.announced && price == ask.nextPrice && ask.nextPriceEpoch > epoch) return ask.nextPriceEpoch;
        ask.price = inForce;
        (ask.nextPrice, ask.nextPriceEpoch, ask.announced) = (price, fromEpoch, true);
    }

    function priceAt(Ask storage ask, uint32 epoch) internal view returns (uint64) {
        return epoch < ask.nextPriceEpoch ? ask.price : ask.nextPrice;
    }
}
