// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MulticallUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/MulticallUpgradeable.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IPermitMulticall} from "./interfaces/IPermitMulticall.sol";

/// @title Base of the contracts that pull STOR from their callers
abstract contract PermitMulticall is MulticallUpgradeable, IPermitMulticall {
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address internal immutable TOKEN;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address token_) {
        TOKEN = token_;
    }

    /// @inheritdoc IPermitMulticall
    function permit(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        // The allowance may have been set already by someone who sent the same permit first.
        try IERC20Permit(TOKEN).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
    }
}
