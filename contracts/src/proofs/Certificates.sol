// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IProofOfStorage} from "../interfaces/IProofOfStorage.sol";
import {ProofVerifier} from "./ProofVerifier.sol";
import {SignedStates} from "./SignedStates.sol";

/// @title Checks a certificate (docs/protocol/types.md, section 15)
/// @dev volumeId uint64 ‖ nonce uint64 ‖ generation uint32 ‖ sectors uint32 ‖ root ‖ parent ‖ term uint64 ‖ head ‖ signature
/// (64) ‖ the receipts' term uint64, then for each receipt, by rising slot: slot uint8 ‖ epoch uint32 ‖ signature (64).
library Certificates {
    uint256 private constant HEADER_BYTES = 200;
    uint256 private constant RECEIPT_BYTES = 69;

    bytes32 private constant LINK_TYPEHASH = keccak256("Link(bytes32 parent,uint64 term,bytes32 head)");
    bytes32 private constant RECEIPT_TYPEHASH =
        keccak256("Receipt(bytes32 state,uint8 slot,uint32 epoch,uint64 term)");

    /// @return state The state of a certificate whose length is a whole number of receipts behind the header.
    function stateOf(bytes calldata certificate) internal pure returns (SignedStates.State memory state) {
        if (certificate.length < HEADER_BYTES || (certificate.length - HEADER_BYTES) % RECEIPT_BYTES != 0) {
            revert IProofOfStorage.ProofOfStorageCertificateLength(certificate.length);
        }
        bytes32 link = keccak256(
            abi.encode(
                LINK_TYPEHASH, bytes32(certificate[56:88]), _stateTerm(certificate), bytes32(certificate[96:128])
            )
        );
        return SignedStates.State({
            volumeId: uint64(bytes8(certificate[0:8])),
            nonce: uint64(bytes8(certificate[8:16])),
            generation: uint32(bytes4(certificate[16:20])),
            sectors: uint32(bytes4(certificate[20:24])),
            root: bytes32(certificate[24:56]),
            link: link
        });
    }

    /// @dev The state must be signed by its generation's session key, and every receipt by the slot's provider of today, so
    /// that one of a slot that has changed hands or is vacant counts no more.
    /// @param state As `stateOf` gives it.
    /// @param providers By slot; zero where vacant.
    /// @return slots Bit j stands for a receipt of slot j.
    function check(
        bytes calldata certificate,
        SignedStates.State memory state,
        bytes32 domainSeparator,
        ProofVerifier.SessionKeys storage sessionKeys,
        address[] memory providers,
        uint256 quorum
    ) internal view returns (uint256 slots) {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domainSeparator, SignedStates.structHash(state));
        address key = sessionKeys.keys[state.volumeId][state.generation].key;
        if (!ProofVerifier.isSignature(digest, certificate[128:192], key)) {
            revert IProofOfStorage.ProofOfStorageStateSignatureInvalid(0);
        }
        uint64 term = uint64(bytes8(certificate[192:200]));
        // A receipt of an older term than the state's is none that a provider gives.
        uint64 stateTerm = _stateTerm(certificate);
        if (term < stateTerm) revert IProofOfStorage.ProofOfStorageReceiptTermTooLow(term, stateTerm);
        uint256 count = (certificate.length - HEADER_BYTES) / RECEIPT_BYTES;
        if (count < quorum) revert IProofOfStorage.ProofOfStorageQuorumMissing(count, quorum);

        for (uint256 i; i < count; ++i) {
            bytes calldata receipt = certificate[HEADER_BYTES + i * RECEIPT_BYTES:];
            uint8 slot = uint8(receipt[0]);
            // Every slot once: each one's bit lies above all before it.
            if (slots >> slot != 0) revert IProofOfStorage.ProofOfStorageReceiptsUnordered(i);
            if (slot >= providers.length) revert IProofOfStorage.ProofOfStorageReceiptSlotUnknown(i, slot);
            slots |= 1 << slot;
            bytes32 structHash = keccak256(abi.encode(RECEIPT_TYPEHASH, digest, slot, uint32(bytes4(receipt[1:5])), term));
            bytes32 signed = MessageHashUtils.toTypedDataHash(domainSeparator, structHash);
            if (!ProofVerifier.isSignature(signed, receipt[5:RECEIPT_BYTES], providers[slot])) {
                revert IProofOfStorage.ProofOfStorageReceiptSignatureInvalid(i, slot);
            }
        }
    }

    function _stateTerm(bytes calldata certificate) private pure returns (uint64) {
        return uint64(bytes8(certificate[88:96]));
    }
}
