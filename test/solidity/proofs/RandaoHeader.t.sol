// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {RandaoHeader} from "../../../contracts/src/proofs/RandaoHeader.sol";
import {Random} from "./Random.sol";

/// @notice Our short way to a header's RANDAO value against OpenZeppelin's full decoder.
contract RandaoHeaderTest {
    using Random for Random.Source;
    using RLP for RLP.Encoder;

    /// @notice Integers of any length, extra data of any length and any number of later fields: both find the same value.
    function testFuzz_agreesWithOpenZeppelin(uint256 seed, bytes calldata extraData) external view {
        Random.Source memory random = Random.Source(seed);
        RLP.Encoder memory header = RLP.encoder();
        for (uint256 i; i < 6; ++i) {
            if (i == 2) header.push(address(uint160(random.below(type(uint160).max))));
            else header.push(bytes32(random.below(type(uint256).max)));
        }
        header.push(_bloom(random));
        for (uint256 i; i < 5; ++i) header.push(random.below(type(uint256).max) >> random.below(256));
        header.push(extraData);
        bytes32 mixHash = bytes32(random.below(type(uint256).max));
        header.push(mixHash);
        for (uint256 later = random.below(9); later != 0; --later) header.push(bytes32(random.below(type(uint256).max)));

        bytes memory rlp = header.encode();
        assert(BlockHeader.getPrevRandao(rlp) == mixHash);
        assert(this.mixHashOf(rlp) == mixHash);
    }

    function test_aHeaderWithoutA32ByteValueThereIsRefused() external {
        RLP.Encoder memory header = RLP.encoder();
        for (uint256 i; i < 15; ++i) header.push(uint256(i));
        (bool accepted, bytes memory reason) = address(this).call(abi.encodeCall(this.mixHashOf, (header.encode())));
        assert(!accepted);
        assert(bytes4(reason) == RandaoHeader.RandaoHeaderMalformed.selector);
    }

    function mixHashOf(bytes calldata header) external pure returns (bytes32) {
        return RandaoHeader.mixHash(header);
    }

    function _bloom(Random.Source memory random) private pure returns (bytes memory bloom) {
        bloom = new bytes(256);
        for (uint256 i; i < 20; ++i) bloom[random.below(256)] = bytes1(uint8(random.below(256)));
    }
}
