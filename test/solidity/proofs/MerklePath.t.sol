// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {MerklePath} from "../../../contracts/src/proofs/MerklePath.sol";

/// @notice {MerklePath} against trees hashed node by node.
contract MerklePathTest is Test {
    function root(bytes calldata data, uint256 offset, uint256 index, uint256 depth) external view returns (bytes32) {
        return MerklePath.root(data, offset, index, depth);
    }

    /// @dev Every leaf of a whole tree leads to the tree's root, wherever its sample lies in the data.
    function testFuzz_everyLeafOfATreeLeadsToItsRoot(uint256 seed, uint256 depth, uint8 before, uint8 behind) external view {
        depth = bound(depth, 0, 6);
        bytes32[] memory nodes = _leafHashes(seed, depth);
        bytes32 expected = _rootOf(nodes);
        for (uint256 index; index < 1 << depth; ++index) {
            bytes memory sample = abi.encodePacked(_leaf(seed, index), _siblings(nodes, index));
            bytes memory data = abi.encodePacked(_filler(seed, before), sample, _filler(seed, behind));
            assertEq(this.root(data, before, index, depth), expected);
        }
    }

    /// @dev A changed byte of leaf or path, another index, or another depth leads elsewhere.
    function testFuzz_anythingElseLeadsElsewhere(uint256 seed, uint256 depth, uint256 index, uint256 position, uint8 flip)
        external
        view
    {
        depth = bound(depth, 1, 6);
        index = bound(index, 0, (1 << depth) - 1);
        bytes32[] memory nodes = _leafHashes(seed, depth);
        bytes32 expected = _rootOf(nodes);
        bytes memory data = abi.encodePacked(_leaf(seed, index), _siblings(nodes, index));
        assertNotEq(this.root(data, 0, index ^ 1, depth), expected);
        assertNotEq(this.root(data, 0, index, depth - 1), expected);
        position = bound(position, 0, data.length - 1);
        data[position] = bytes1(uint8(data[position]) ^ uint8(bound(flip, 1, 255)));
        assertNotEq(this.root(data, 0, index, depth), expected);
    }

    /// @dev Deeper than any tree that fits a test: hashed from the leaf upwards, one sibling at a time.
    function testFuzz_aLongPathIsHashedSideBySide(bytes32 seed, uint256 index, uint256 depth) external view {
        depth = bound(depth, 7, 47);
        index = bound(index, 0, (1 << depth) - 1);
        bytes memory data = abi.encodePacked(seed, ~seed);
        bytes32 node = sha256(data);
        for (uint256 level; level < depth; ++level) {
            bytes32 sibling = keccak256(abi.encode(seed, level));
            data = abi.encodePacked(data, sibling);
            bool right = (index / 2 ** level) % 2 == 1;
            node = right ? sha256(abi.encodePacked(sibling, node)) : sha256(abi.encodePacked(node, sibling));
        }
        assertEq(this.root(data, 0, index, depth), node);
    }

    function testFuzz_depthOfIsTheLeastThatHoldsAll(uint256 count) external pure {
        count = bound(count, 1, 1 << 40);
        uint256 depth;
        while (2 ** depth < count) ++depth;
        assertEq(MerklePath.depthOf(count), depth);
    }

    function test_depthOfAtPowersOfTwo() external pure {
        assertEq(MerklePath.depthOf(1), 0);
        for (uint256 depth = 1; depth <= 32; ++depth) {
            assertEq(MerklePath.depthOf(2 ** depth), depth);
            assertEq(MerklePath.depthOf(2 ** depth + 1), depth + 1);
            if (depth > 1) assertEq(MerklePath.depthOf(2 ** depth - 1), depth);
        }
    }

    function _leaf(uint256 seed, uint256 index) private pure returns (bytes memory) {
        return abi.encodePacked(keccak256(abi.encode(seed, index, "left")), keccak256(abi.encode(seed, index, "right")));
    }

    function _leafHashes(uint256 seed, uint256 depth) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](1 << depth);
        for (uint256 i; i < hashes.length; ++i) hashes[i] = sha256(_leaf(seed, i));
    }

    function _parents(bytes32[] memory nodes) private pure returns (bytes32[] memory parents) {
        parents = new bytes32[](nodes.length / 2);
        for (uint256 i; i < parents.length; ++i) parents[i] = sha256(abi.encodePacked(nodes[2 * i], nodes[2 * i + 1]));
    }

    function _rootOf(bytes32[] memory nodes) private pure returns (bytes32) {
        return nodes.length == 1 ? nodes[0] : _rootOf(_parents(nodes));
    }

    function _siblings(bytes32[] memory nodes, uint256 index) private pure returns (bytes memory) {
        if (nodes.length == 1) return "";
        return abi.encodePacked(nodes[index ^ 1], _siblings(_parents(nodes), index / 2));
    }

    function _filler(uint256 seed, uint256 length) private pure returns (bytes memory filler) {
        filler = new bytes(length);
        for (uint256 i; i < length; ++i) filler[i] = bytes1(uint8(seed >> (i % 32)));
    }
}
