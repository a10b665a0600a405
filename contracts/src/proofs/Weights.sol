// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Weights that change between epochs only
/// @dev A weight is kept twice in 56 bits, frozen (28, lowest) and next (28): next counts from an epoch `fromEpoch` on, frozen
/// before it. A node is four such weights, its lanes, and their `fromEpoch` in the uppermost 32 bits.
library Weights {
    /// @notice Greatest weight, and so the most sectors of a whole book.
    uint256 internal constant MAX = (1 << 28) - 1;
    uint256 internal constant LANE_BITS = 56;

    uint256 private constant FROZEN = MAX | (MAX << 56) | (MAX << 112) | (MAX << 168);
    uint256 private constant NEXT = FROZEN << 28;

    function pack(uint256 frozen, uint256 next) internal pure returns (uint56) {
        return uint56(frozen | (next << 28));
    }

    /// @return frozen The weight in `epoch`, the current one.
    /// @return next The weight from the epoch after it on.
    function split(uint56 weight, uint32 fromEpoch, uint32 epoch) internal pure returns (uint256 frozen, uint256 next) {
        next = weight >> 28;
        frozen = fromEpoch <= epoch ? next : weight & MAX;
    }

    /// @dev As `split`, for lane number `i` of a node.
    function lane(uint256 node, uint256 i, uint32 epoch) internal pure returns (uint256 frozen, uint256 next) {
        uint256 weight = fold(node, epoch) >> (i * LANE_BITS);
        return (weight & MAX, (weight >> 28) & MAX);
    }

    /// @return The node with lane `i` changed, next counting from the epoch after `epoch` on.
    function withLane(uint256 node, uint256 i, uint32 epoch, uint256 frozen, uint256 next)
        internal
        pure
        returns (uint256)
    {
        uint256 kept = fold(node, epoch) & ~(((1 << LANE_BITS) - 1) << (i * LANE_BITS)) & (NEXT | FROZEN);
        return kept | (uint256(pack(frozen, next)) << (i * LANE_BITS)) | ((uint256(epoch) + 1) << 224);
    }

    /// @dev The node as of `epoch`: what was next is frozen once `fromEpoch` is reached.
    function fold(uint256 node, uint32 epoch) internal pure returns (uint256) {
        if (node >> 224 > epoch) return node;
        uint256 next = node & NEXT;
        return next | (next >> 28);
    }

    /// @return frozen Sum of a folded node's frozen weights.
    /// @return next Sum of its next ones.
    function sum(uint256 node) internal pure returns (uint256 frozen, uint256 next) {
        return (_sum(node & FROZEN), _sum((node & NEXT) >> 28));
    }

    /// @dev Sum of four weights that lie 56 bits apart: pairs first, then both.
    function _sum(uint256 lanes) private pure returns (uint256) {
        unchecked {
            lanes += lanes >> 112;
            return (lanes + (lanes >> 56)) & ((1 << LANE_BITS) - 1);
        }
    }
}
