// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";

/// @title The epochs that one provider has proven, as a bitmap that can be counted
/// @dev A word holds 224 epochs and, above them, how many were proven before the word, so that a count up to any epoch in a
/// word with a proven epoch reads that word alone. The list of such words, rising, answers for the empty ones.
library ProvenEpochs {
    using Arrays for uint256[];

    struct Record {
        mapping(uint256 index => uint256) words;
        uint256[] used;
    }

    uint256 private constant EPOCHS = 224;
    uint256 private constant EPOCHS_MASK = (1 << EPOCHS) - 1;

    /// @dev Marks an epoch that is later than every one marked before.
    function mark(Record storage record, uint32 epoch) internal {
        uint256 index = epoch / EPOCHS;
        uint256 word = record.words[index];
        if (word == 0) {
            word = countBefore(record, epoch) << EPOCHS;
            record.used.push(index);
        }
        record.words[index] = word | (1 << (epoch % EPOCHS));
    }

    function has(Record storage record, uint32 epoch) internal view returns (bool) {
        return record.words[epoch / EPOCHS] & (1 << (epoch % EPOCHS)) != 0;
    }

    /// @return The proven epochs before `epoch`.
    function countBefore(Record storage record, uint32 epoch) internal view returns (uint256) {
        uint256 index = epoch / EPOCHS;
        uint256 word = record.words[index];
        uint256 mask = (1 << (epoch % EPOCHS)) - 1;
        if (word == 0) {
            uint256 position = record.used.lowerBound(index);
            if (position == 0) return 0;
            word = record.words[record.used[position - 1]];
            mask = EPOCHS_MASK;
        }
        return (word >> EPOCHS) + _ones(word & mask);
    }

    /// @return The proven epochs in [from, to); `from` is not after `to`.
    function countBetween(Record storage record, uint32 from, uint32 to) internal view returns (uint256) {
        uint256 index = to / EPOCHS;
        if (from / EPOCHS != index) return countBefore(record, to) - countBefore(record, from);
        return _ones(record.words[index] & ((1 << (to % EPOCHS)) - (1 << (from % EPOCHS))));
    }

    /// @dev Bits set in `x`, adding up neighbours in fields of 2, 4, then 8 bits; the product then sums the 32 bytes. The
    /// sum stays below 256 because `x` has at most 224 bits.
    function _ones(uint256 x) private pure returns (uint256) {
        unchecked {
            x -= (x >> 1) & (type(uint256).max / 3);
            x = (x & (type(uint256).max / 5)) + ((x >> 2) & (type(uint256).max / 5));
            x = (x + (x >> 4)) & (type(uint256).max / 17);
            return (x * (type(uint256).max / 255)) >> 248;
        }
    }
}
