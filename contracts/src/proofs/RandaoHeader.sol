// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The RANDAO value in a block's RLP header
/// @dev OpenZeppelin's BlockHeader decodes every field, for 25 000 gas more than skipping to the one that is wanted. It also
/// checks the encoding, which is not needed here: the header's hash is that of a block of this chain.
library RandaoHeader {
    /// @notice The header has no 32-byte value where the RANDAO value belongs.
    error RandaoHeaderMalformed();

    /// @dev Fields before mixHash.
    uint256 private constant FIELDS_BEFORE = 13;

    /// @param header RLP of a header whose hash the caller has checked.
    function mixHash(bytes calldata header) internal pure returns (bytes32) {
        uint256 cursor = _payload(header, 0);
        for (uint256 i; i < FIELDS_BEFORE; ++i) cursor = _after(header, cursor);
        // 0xa0: a string of 32 bytes
        if (header[cursor] != 0xa0) revert RandaoHeaderMalformed();
        return bytes32(header[cursor + 1:cursor + 33]);
    }

    /// @return Where the content of the list at `cursor` begins.
    function _payload(bytes calldata header, uint256 cursor) private pure returns (uint256) {
        uint256 prefix = uint8(header[cursor]);
        // 0xf8 and up: a list whose length takes prefix - 0xf7 bytes
        return cursor + (prefix > 0xf7 ? prefix - 0xf6 : 1);
    }

    /// @return The place behind the string at `cursor`.
    function _after(bytes calldata header, uint256 cursor) private pure returns (uint256) {
        uint256 prefix = uint8(header[cursor]);
        if (prefix < 0x80) return cursor + 1;
        if (prefix <= 0xb7) return cursor + 1 + prefix - 0x80;
        // 0xb8 and up: a string whose length takes prefix - 0xb7 bytes
        uint256 lengthBytes = prefix - 0xb7;
        uint256 length = uint256(bytes32(header[cursor + 1:cursor + 33])) >> (256 - 8 * lengthBytes);
        return cursor + 1 + lengthBytes + length;
    }
}
