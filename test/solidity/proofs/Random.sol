// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Numbers that follow from a seed, for tests that need more of them than arguments.
library Random {
    struct Source {
        uint256 state;
    }

    /// @return A number below `bound`.
    function below(Source memory source, uint256 bound) internal pure returns (uint256) {
        source.state = uint256(keccak256(abi.encode(source.state)));
        return source.state % bound;
    }
}
