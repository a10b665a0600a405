// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Several calls, and the allowance they need, in one transaction
interface IPermitMulticall {
    /// @notice Sets the caller's STOR allowance towards this contract by signature (ERC-2612). A permit that fails is
    /// ignored: whoever front-runs it has set the same allowance, and a missing allowance stops the call that needs it.
    function permit(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
}
