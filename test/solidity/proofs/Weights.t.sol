// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Weights} from "../../../contracts/src/proofs/Weights.sol";

/// @notice {Weights} against four plain pairs of numbers.
contract WeightsTest is Test {
    using Weights for uint56;

    function testFuzz_aWeightChangesAtItsEpoch(uint32 frozen, uint32 next, uint32 fromEpoch, uint32 epoch) external pure {
        (frozen, next) = (uint32(bound(frozen, 0, Weights.MAX)), uint32(bound(next, 0, Weights.MAX)));
        (uint256 now_, uint256 later) = Weights.pack(frozen, next).split(fromEpoch, epoch);
        assertEq(now_, epoch < fromEpoch ? frozen : next);
        assertEq(later, next);
    }

    /// @dev Changes lanes in rising epochs, several in one as well, and keeps the same in arrays.
    function testFuzz_fourLanesChangeAlone(uint256 seed, uint32 epoch) external pure {
        epoch = uint32(bound(epoch, 0, type(uint32).max - 100));
        uint256 node;
        uint256[4] memory frozen;
        uint256[4] memory next;
        for (uint256 step; step < 40; ++step) {
            uint256 draw = uint256(keccak256(abi.encode(seed, step)));
            if (draw % 3 == 0) {
                ++epoch;
                for (uint256 i; i < 4; ++i) frozen[i] = next[i];
            }
            uint256 changed = (draw >> 8) % 4;
            next[changed] = _weight(draw >> 16);
            node = Weights.withLane(node, changed, epoch, frozen[changed], next[changed]);
            (uint256 frozenSum, uint256 nextSum) = Weights.sum(Weights.fold(node, epoch));
            assertEq(frozenSum, frozen[0] + frozen[1] + frozen[2] + frozen[3]);
            assertEq(nextSum, next[0] + next[1] + next[2] + next[3]);
            for (uint256 i; i < 4; ++i) {
                (uint256 now_, uint256 later) = Weights.lane(node, i, epoch);
                assertEq(now_, frozen[i]);
                assertEq(later, next[i]);
                (now_, later) = Weights.lane(node, i, epoch + 1);
                assertEq(now_, next[i]);
                assertEq(later, next[i]);
            }
        }
    }

    /// @dev The extremes, often.
    function _weight(uint256 draw) private pure returns (uint256) {
        uint256 kind = draw % 4;
        if (kind == 0) return 0;
        if (kind == 1) return Weights.MAX;
        return (draw >> 8) & Weights.MAX;
    }
}
