// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Roots of the trees of docs/protocol/types.md, section 2
library MerklePath {
    /// @notice Bytes that a leaf and one hash of its path take.
    uint256 internal constant LEAF_BYTES = 64;
    uint256 internal constant HASH_BYTES = 32;

    /// @dev Root of the tree in which leaf number `index` is the 64 bytes at `offset` of `data` and the `depth` hashes after
    /// it are its siblings, lowest first. The caller has checked that they lie inside `data`. A node is SHA-256(left ‖ right)
    /// without a prefix: `depth` is known to the caller, so no inner node can pass for a leaf.
    function root(bytes calldata data, uint256 offset, uint256 index, uint256 depth)
        internal
        view
        returns (bytes32 node)
    {
        assembly ("memory-safe") {
            let cursor := add(data.offset, offset)
            calldatacopy(0x00, cursor, 64)
            // The precompile cannot fail on 64 bytes except for want of gas.
            if iszero(staticcall(gas(), 2, 0x00, 64, 0x00, 32)) { revert(0, 0) }
            cursor := add(cursor, 64)
            node := mload(0x00)
            for { let end := add(cursor, shl(5, depth)) } lt(cursor, end) { cursor := add(cursor, 32) } {
                // An odd node is the right child.
                let right := shl(5, and(index, 1))
                mstore(right, node)
                mstore(xor(right, 32), calldataload(cursor))
                if iszero(staticcall(gas(), 2, 0x00, 64, 0x00, 32)) { revert(0, 0) }
                node := mload(0x00)
                index := shr(1, index)
            }
        }
    }

    /// @return depth ⌈log2 count⌉; 0 for 1.
    function depthOf(uint256 count) internal pure returns (uint256 depth) {
        unchecked {
            for (--count; count != 0; count >>= 1) ++depth;
        }
    }
}
