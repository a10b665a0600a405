// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The seeds of the last epochs, one word each
library SeedRing {
    /// @dev Seeds kept; the oldest one's place is taken by the newest.
    uint256 private constant PLACES = 64;

    struct Seed {
        bytes28 seed;
        uint32 epoch;
    }

    struct Ring {
        Seed[PLACES] places;
    }

    /// @dev Writes every place once, so that no seed pays for a fresh storage word. There is no epoch of that number.
    function fill(Ring storage ring) internal {
        for (uint256 i; i < PLACES; ++i) ring.places[i].epoch = type(uint32).max;
    }

    function put(Ring storage ring, uint32 epoch, bytes28 seed) internal {
        ring.places[epoch % PLACES] = Seed(seed, epoch);
    }

    /// @return Whether the epoch's place has its own seed, and not nothing or another epoch's.
    function holds(Ring storage ring, uint32 epoch) internal view returns (bool) {
        Seed storage place = ring.places[epoch % PLACES];
        return place.epoch == epoch && place.seed != 0;
    }

    /// @return The seed in the epoch's place, for an epoch that `holds`.
    function get(Ring storage ring, uint32 epoch) internal view returns (bytes28) {
        return ring.places[epoch % PLACES].seed;
    }
}
