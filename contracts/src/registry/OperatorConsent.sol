// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title The operator's consent to be run by an owner (docs/protocol/types.md, section 4)
library OperatorConsent {
    bytes32 private constant OPERATOR_TYPEHASH = keccak256("Operator(address owner,uint256 deadline)");

    function structHash(address owner, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(OPERATOR_TYPEHASH, owner, deadline));
    }

    /// @return account Who signed, or zero for a signature that is none.
    function signer(bytes32 digest, bytes calldata signature) internal pure returns (address account) {
        if (signature.length == 64) {
            (account,,) = ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
        } else {
            (account,,) = ECDSA.tryRecoverCalldata(digest, signature);
        }
    }
}
