// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {OwnedUpgradeable} from "../../../contracts/src/OwnedUpgradeable.sol";

/// @title What the tests upgrade any proxy to: keeps its owner and has a number of its own, set once
contract SecondVersion is OwnedUpgradeable {
    /// @custom:storage-location erc7201:storgo.SecondVersion
    struct Layout {
        uint256 number;
    }

    // keccak256(abi.encode(uint256(keccak256("storgo.SecondVersion")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant LOCATION = 0xb612a4e92f767227b39d58b9bb3d64ff17c08a85115c7912c2899639ac0c0b00;

    function initializeSecond(uint256 number_) external reinitializer(2) {
        _layout().number = number_;
    }

    function number() external view returns (uint256) {
        return _layout().number;
    }

    function _layout() private pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := LOCATION
        }
    }
}
