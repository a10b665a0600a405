// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title What is known of each of the last epochs, one word each
library EpochRing {
    /// @dev Epochs kept; the oldest one's place is taken by the newest.
    uint256 private constant PLACES = 64;

    struct Place {
        /// @dev Never zero: a zero stands for nothing.
        bytes28 value;
        uint32 epoch;
    }

    struct Ring {
        Place[PLACES] places;
    }

    /// @dev Writes every place once, so that no later epoch pays for a fresh storage word. There is no epoch of that number.
    function fill(Ring storage ring) internal {
        for (uint256 i; i < PLACES; ++i) ring.places[i].epoch = type(uint32).max;
    }

    function put(Ring storage ring, uint32 epoch, bytes28 value) internal {
        ring.places[epoch % PLACES] = Place(value, epoch);
    }

    /// @return Whether the epoch's place has its own value, and not nothing or another epoch's.
    function holds(Ring storage ring, uint32 epoch) internal view returns (bool) {
        Place storage place = ring.places[epoch % PLACES];
        return place.epoch == epoch && place.value != 0;
    }

    /// @return The value in the epoch's place, for an epoch that `holds`.
    function get(Ring storage ring, uint32 epoch) internal view returns (bytes28) {
        return ring.places[epoch % PLACES].value;
    }
}
