// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {ProvenEpochs} from "../../../contracts/src/proofs/ProvenEpochs.sol";

/// @notice {ProvenEpochs} against the plain list of what was marked.
contract ProvenEpochsTest is Test {
    using ProvenEpochs for ProvenEpochs.Record;

    uint256 private constant MARKS = 60;
    /// @dev Epochs that a word of the bitmap holds.
    uint32 private constant WORD = 224;

    ProvenEpochs.Record private record;
    uint32[] private marked;

    /// @dev Gaps of one epoch, of some, of a word's length ± 1 and of several words.
    function testFuzz_countsAsTheListDoes(uint256 seed, uint32 first) external {
        uint32 epoch = uint32(bound(first, 0, 1_000_000));
        for (uint256 i; i < MARKS; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            _mark(epoch);
            epoch += _gap(draw);
        }
        for (uint256 i; i < marked.length; ++i) {
            _check(marked[i]);
            _check(marked[i] + 1);
            _check(marked[i] + uint32(bound(uint256(keccak256(abi.encode(seed, "probe", i))), 2, 3 * WORD)));
        }
        _check(0);
        _check(epoch + 1000 * WORD);
    }

    function test_aWordFullOfProofs() external {
        for (uint32 epoch = WORD; epoch < 2 * WORD; ++epoch) _mark(epoch);
        for (uint32 epoch; epoch < 3 * WORD; epoch += 7) _check(epoch);
        _check(2 * WORD - 1);
        _check(2 * WORD);
        _check(2 * WORD + 1);
    }

    function test_theLastEpochThereIs() external {
        _mark(0);
        _mark(type(uint32).max);
        _check(1);
        _check(type(uint32).max);
        assertTrue(record.has(type(uint32).max));
    }

    function _gap(uint256 draw) private pure returns (uint32) {
        uint256 kind = draw % 8;
        if (kind < 4) return 1;
        if (kind < 6) return uint32(bound(draw >> 8, 1, 50));
        if (kind == 6) return uint32(bound(draw >> 8, WORD - 1, WORD + 1));
        return uint32(bound(draw >> 8, WORD, 5 * WORD));
    }

    function _mark(uint32 epoch) private {
        record.mark(epoch);
        marked.push(epoch);
    }

    function _check(uint32 epoch) private view {
        uint256 count;
        bool proven;
        for (uint256 i; i < marked.length; ++i) {
            if (marked[i] < epoch) ++count;
            if (marked[i] == epoch) proven = true;
        }
        assertEq(record.countBefore(epoch), count);
        assertEq(record.has(epoch), proven);
    }
}
