// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Book} from "../../../contracts/src/proofs/Book.sol";
import {Weights} from "../../../contracts/src/proofs/Weights.sol";

/// @notice Changes a book at random, and keeps the same in plain arrays.
contract BookHandler is Test {
    using Book for Book.Data;

    struct Plain {
        uint64 volumeId;
        uint256 frozen;
        uint256 next;
        bool freed;
        uint32 freedIn;
    }

    /// @dev Keeps every sum below a book's greatest.
    uint256 private constant MAX_SECTORS = 1 << 18;

    Book.Data private book;
    Plain[] private plain;
    uint256[] private freed;
    uint256 private oldestFreed;
    uint64 private volumes;
    uint32 public epoch = 1;
    /// @notice What the current epoch began with.
    uint256 public frozenTotal;

    /// @dev Several at once, so that a run reaches the upper levels of the tree.
    function add(uint8 count, uint32 sectors) external {
        count = uint8(bound(count, 1, 20));
        for (uint256 i; i < count; ++i) _add(_sectors(sectors, i));
    }

    function setWeight(uint256 draw, uint32 sectors) external {
        (bool found, uint256 position) = _live(draw);
        if (!found) return;
        sectors = _sectors(sectors, draw);
        book.setWeight(epoch, position, sectors);
        plain[position].next = sectors;
    }

    function remove(uint256 draw, uint8 count) external {
        count = uint8(bound(count, 1, 6));
        for (uint256 i; i < count; ++i) {
            (bool found, uint256 position) = _live(draw);
            if (!found) return;
            book.remove(epoch, position);
            (plain[position].next, plain[position].freed, plain[position].freedIn) = (0, true, epoch);
            freed.push(position);
        }
    }

    function nextEpoch(uint32 by) external {
        epoch += uint32(bound(by, 1, 3));
        frozenTotal = 0;
        for (uint256 i; i < plain.length; ++i) {
            plain[i].frozen = plain[i].next;
            frozenTotal += plain[i].frozen;
        }
    }

    function checkTotal() external view {
        (uint256 frozen, uint256 next) = _sumOf(0, plain.length);
        assertEq(frozen, frozenTotal, "a change reached the current epoch");
        assertEq(book.total(epoch), frozen);
        assertEq(book.total(epoch + 1), next);
    }

    function checkEntries() external view {
        assertEq(book.header.size, plain.length);
        for (uint256 i; i < plain.length; ++i) {
            (uint256 frozen, uint256 next) = book.weights(epoch, i);
            assertEq(frozen, plain[i].frozen);
            assertEq(next, plain[i].next);
            assertEq(book.entries[i].volumeId, plain[i].volumeId);
        }
    }

    /// @dev A lane of level l sums 4^(l + 1) entries, from the time there are so many.
    function checkLanes() external view {
        for (uint256 level; plain.length >> (2 * level + 2) != 0; ++level) {
            uint256 below = 4 ** (level + 1);
            for (uint256 lane; (lane + 1) * below <= plain.length; ++lane) {
                uint256 node = book.nodes[(level << 32) | (lane / 4)];
                (uint256 frozen, uint256 next) = Weights.lane(node, lane % 4, epoch);
                (uint256 frozenSum, uint256 nextSum) = _sumOf(lane * below, (lane + 1) * below);
                assertEq(frozen, frozenSum);
                assertEq(next, nextSum);
            }
        }
    }

    /// @dev The first and the last sector of every entry, so every boundary between two.
    function checkFind() external view {
        uint256 before;
        for (uint256 i; i < plain.length; ++i) {
            if (plain[i].frozen == 0) continue;
            _checkFind(before, i, 0);
            before += plain[i].frozen;
            _checkFind(before - 1, i, plain[i].frozen - 1);
        }
        assertEq(before, book.total(epoch));
    }

    function _checkFind(uint256 sector, uint256 position, uint256 within) private view {
        (uint256 foundPosition, uint256 foundWithin) = book.find(epoch, sector);
        assertEq(foundPosition, position);
        assertEq(foundWithin, within);
    }

    function _add(uint32 sectors) private {
        uint256 expected = plain.length;
        if (oldestFreed < freed.length && plain[freed[oldestFreed]].freedIn < epoch) expected = freed[oldestFreed++];
        else plain.push();
        plain[expected].volumeId = ++volumes;
        (plain[expected].next, plain[expected].freed) = (sectors, false);
        uint256 position = book.add(epoch, volumes, 0, 1, sectors);
        assertEq(position, expected, "not the oldest position that is free");
    }

    /// @dev A position in use, the first from a random one on.
    function _live(uint256 draw) private view returns (bool found, uint256 position) {
        for (uint256 i; i < plain.length; ++i) {
            position = (draw % plain.length + i) % plain.length;
            if (!plain[position].freed) return (true, position);
        }
    }

    function _sumOf(uint256 from, uint256 to) private view returns (uint256 frozen, uint256 next) {
        for (uint256 i = from; i < to; ++i) {
            frozen += plain[i].frozen;
            next += plain[i].next;
        }
    }

    /// @dev At least one, as the market sees to.
    function _sectors(uint32 draw, uint256 salt) private pure returns (uint32) {
        return uint32(bound(uint256(keccak256(abi.encode(draw, salt))), 1, MAX_SECTORS));
    }
}
