// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MarketHandler} from "./MarketHandler.sol";
import {TestNetwork} from "./TestNetwork.sol";

/// @notice What holds in the market whatever its clients and providers do.
contract StorageMarketInvariants is TestNetwork {
    MarketHandler private handler;

    function setUp() external {
        handler = new MarketHandler(_deployNetwork(9));
        bytes4[] memory selectors = new bytes4[](13);
        // Opening and the passing of time twice as often.
        selectors[0] = MarketHandler.open.selector;
        selectors[1] = MarketHandler.open.selector;
        selectors[2] = MarketHandler.topUp.selector;
        selectors[3] = MarketHandler.resize.selector;
        selectors[4] = MarketHandler.close.selector;
        selectors[5] = MarketHandler.expire.selector;
        selectors[6] = MarketHandler.settle.selector;
        selectors[7] = MarketHandler.setAsk.selector;
        selectors[8] = MarketHandler.withdraw.selector;
        selectors[9] = MarketHandler.withdrawEarnings.selector;
        selectors[10] = MarketHandler.nextEpoch.selector;
        selectors[11] = MarketHandler.nextEpoch.selector;
        selectors[12] = MarketHandler.dismiss.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: selectors}));
    }

    function invariant_theMarketHoldsExactlyWhatItOwes() external view {
        handler.checkHoldings();
    }

    function invariant_escrowIsWhatCanStillBeEarned() external view {
        handler.checkEscrow();
    }

    function invariant_booksAsksAndVolumesAgree() external view {
        handler.checkBooks();
    }

    /// @dev At the end of each run.
    function afterInvariant() external {
        handler.windUp();
    }
}
