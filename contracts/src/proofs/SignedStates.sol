// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The records of `prove`'s first argument (docs/protocol/types.md, section 13)
/// @dev volumeId uint64 ‖ nonce uint64 ‖ generation uint32 ‖ sectors uint32 ‖ root ‖ link ‖ signature (r ‖ yParityAndS).
library SignedStates {
    struct State {
        uint64 volumeId;
        uint64 nonce;
        uint32 generation;
        uint32 sectors;
        bytes32 root;
        bytes32 link;
    }

    uint256 internal constant RECORD_BYTES = 152;

    bytes32 private constant STATE_TYPEHASH = keccak256(
        "State(uint64 volumeId,uint64 nonce,uint32 generation,uint32 sectors,bytes32 root,Link link)Link(bytes32 parent,uint64 term,bytes32 head)"
    );

    /// @dev Record number `index`, which the caller has checked to lie inside `states`.
    function stateAt(bytes calldata states, uint256 index) internal pure returns (State memory) {
        bytes calldata record = states[index * RECORD_BYTES:(index + 1) * RECORD_BYTES];
        return State({
            volumeId: uint64(bytes8(record[0:8])),
            nonce: uint64(bytes8(record[8:16])),
            generation: uint32(bytes4(record[16:20])),
            sectors: uint32(bytes4(record[20:24])),
            root: bytes32(record[24:56]),
            link: bytes32(record[56:88])
        });
    }

    /// @return The record's signature, 64 bytes.
    function signatureAt(bytes calldata states, uint256 index) internal pure returns (bytes calldata) {
        return states[index * RECORD_BYTES + 88:(index + 1) * RECORD_BYTES];
    }

    /// @return EIP-712 struct hash; `link` is the hash of the nested struct already.
    function structHash(State memory state) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                STATE_TYPEHASH,
                state.volumeId,
                state.nonce,
                state.generation,
                state.sectors,
                state.root,
                state.link
            )
        );
    }
}
