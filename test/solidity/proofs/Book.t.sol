// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IProofOfStorage} from "../../../contracts/src/interfaces/IProofOfStorage.sol";
import {Book} from "../../../contracts/src/proofs/Book.sol";
import {BookHandler} from "./BookHandler.sol";

/// @notice {Book} against plain arrays, after every change of a random sequence.
contract BookInvariants is Test {
    BookHandler private handler;

    function setUp() external {
        handler = new BookHandler();
        bytes4[] memory selectors = new bytes4[](5);
        // Adding twice as often, so that books grow.
        selectors[0] = BookHandler.add.selector;
        selectors[1] = BookHandler.add.selector;
        selectors[2] = BookHandler.setWeight.selector;
        selectors[3] = BookHandler.remove.selector;
        selectors[4] = BookHandler.nextEpoch.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: selectors}));
    }

    function invariant_totalsAreTheEntriesAndFrozenInTheEpoch() external view {
        handler.checkTotal();
    }

    function invariant_entriesAreAsTheyWereSet() external view {
        handler.checkEntries();
    }

    function invariant_lanesSumWhatLiesBelow() external view {
        handler.checkLanes();
    }

    function invariant_findAgreesWithALinearScan() external view {
        handler.checkFind();
    }
}

/// @notice The limits of {Book}.
contract BookTest is Test {
    using Book for Book.Data;

    uint32 private constant MAX = (1 << 28) - 1;

    Book.Data private book;

    function add(uint32 sectors) external returns (uint256) {
        return book.add(7, 1, 0, 1, sectors);
    }

    function setWeight(uint256 position, uint32 sectors) external {
        book.setWeight(7, position, sectors);
    }

    function testFuzz_aBookHoldsItsGreatestAndNotOneMore(uint32 first, uint32 more) external {
        first = uint32(bound(first, 1, MAX - 1));
        more = uint32(bound(more, MAX - first + 1, type(uint32).max));
        this.add(first);
        vm.expectRevert(abi.encodeWithSelector(IProofOfStorage.ProofOfStorageBookFull.selector, uint256(first) + more));
        this.add(more);
        this.add(MAX - first);
        assertEq(book.total(8), MAX);
        (uint256 position, uint256 within) = book.find(8, MAX - 1);
        assertEq(position, 1);
        assertEq(within, MAX - first - 1);
        vm.expectRevert(abi.encodeWithSelector(IProofOfStorage.ProofOfStorageBookFull.selector, uint256(MAX) + 1));
        this.setWeight(0, first + 1);
    }

    /// @dev What has left in this epoch makes room for the next one only in what counts from then on.
    function test_roomThatIsFreedCanBeTakenInTheSameEpoch() external {
        this.add(MAX);
        book.remove(8, 0);
        book.add(8, 2, 0, 1, MAX);
        assertEq(book.total(8), MAX);
        assertEq(book.total(9), MAX);
        (uint256 position,) = book.find(8, MAX - 1);
        assertEq(position, 0);
        (position,) = book.find(9, 0);
        assertEq(position, 1);
    }
}
