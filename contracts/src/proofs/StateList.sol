// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The states that one proof has used (docs/protocol/types.md, section 13)
/// @dev volumeId uint64 ‖ nonce uint64 each: those of `states` in their order, then one with nonce 0 for every sample, in
/// order, that was shown from the implicit empty state. So it tells of every volume that was drawn what was shown of it.
library StateList {
    uint256 private constant ENTRY_BYTES = 16;

    /// @return list An empty list with room for `capacity` entries.
    function create(uint256 capacity) internal pure returns (bytes memory list) {
        // One more, because an entry is written as a whole word.
        list = new bytes((capacity + 1) * ENTRY_BYTES);
        assembly ("memory-safe") {
            mstore(list, 0)
        }
    }

    /// @dev The caller adds no more than the list has room for.
    function add(bytes memory list, uint64 volumeId, uint64 nonce) internal pure {
        uint256 entry = uint256(volumeId) << 192 | uint256(nonce) << 128;
        assembly ("memory-safe") {
            let length := mload(list)
            mstore(add(add(list, 0x20), length), entry)
            mstore(list, add(length, ENTRY_BYTES))
        }
    }
}
