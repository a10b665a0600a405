// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {
    ERC20CappedUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20CappedUpgradeable.sol";
import {
    ERC20PermitUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";
import {
    ERC20VotesUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20VotesUpgradeable.sol";
import {NoncesUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/NoncesUpgradeable.sol";
import {OwnedUpgradeable} from "./OwnedUpgradeable.sol";

/// @title STOR, the network's token: permit, votes by block number, and a cap
contract StorgoToken is ERC20CappedUpgradeable, ERC20PermitUpgradeable, ERC20VotesUpgradeable, OwnedUpgradeable {
    /// @notice Most that can ever exist: a thousand million STOR.
    uint256 private constant CAP = 1_000_000_000 ether;

    /// @notice Sets up the token and mints the initial supply to `holder`.
    function initialize(address owner_, address holder, uint256 initialSupply) external initializer {
        __ERC20_init("Storgo", "STOR");
        __ERC20Capped_init(CAP);
        __ERC20Permit_init("Storgo");
        __Ownable_init(owner_);
        _mint(holder, initialSupply);
    }

    /// @inheritdoc ERC20PermitUpgradeable
    function nonces(address account)
        public
        view
        override(ERC20PermitUpgradeable, NoncesUpgradeable)
        returns (uint256)
    {
        return super.nonces(account);
    }

    /// @inheritdoc ERC20Upgradeable
    function _update(address from, address to, uint256 value)
        internal
        override(ERC20Upgradeable, ERC20CappedUpgradeable, ERC20VotesUpgradeable)
    {
        super._update(from, to, value);
    }
}
