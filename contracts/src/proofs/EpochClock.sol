// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IEpochClock} from "../interfaces/IEpochClock.sol";

/// @title The network's clock, in one storage word
/// @dev A part of ProofOfStorage, because seeds, proofs and settlements all need the epoch and a call to another proxy costs
/// them five times as much as the word itself.
abstract contract EpochClock is IEpochClock {
    /// @dev `epochBlocks` and `seedDelayBlocks` count up to `nextEpoch`, the `next…` ones from it on. Exactly one word.
    struct Schedule {
        uint64 firstBlock;
        uint32 firstEpoch;
        uint32 epochBlocks;
        uint24 seedDelayBlocks;
        uint32 nextEpoch;
        uint32 nextEpochBlocks;
        uint24 nextSeedDelayBlocks;
    }

    /// @custom:storage-location erc7201:storgo.EpochClock
    struct ClockLayout {
        Schedule schedule;
    }

    // keccak256(abi.encode(uint256(keccak256("storgo.EpochClock")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant CLOCK_LOCATION = 0x391007662556120f399009b2f9024f7c117140ef43a0b90d55cc79760fb84b00;

    /// @dev Nothing follows the segment in force.
    uint32 private constant NEVER = type(uint32).max;

    modifier onlyParameters() {
        if (msg.sender != _parameters()) revert EpochClockNotParameters(msg.sender);
        _;
    }

    /// @inheritdoc IEpochClock
    function startClock(uint32 firstEpochBlocks, uint32 firstSeedDelayBlocks) external onlyParameters {
        ClockLayout storage $ = _clockLayout();
        if ($.schedule.epochBlocks != 0) revert EpochClockAlreadyStarted();
        $.schedule = Schedule({
            firstBlock: uint64(block.number),
            firstEpoch: 0,
            epochBlocks: firstEpochBlocks,
            seedDelayBlocks: uint24(firstSeedDelayBlocks),
            nextEpoch: NEVER,
            nextEpochBlocks: firstEpochBlocks,
            nextSeedDelayBlocks: uint24(firstSeedDelayBlocks)
        });
    }

    /// @inheritdoc IEpochClock
    function setSchedule(uint32 newEpochBlocks, uint32 newSeedDelayBlocks)
        external
        onlyParameters
        returns (uint32 fromEpoch)
    {
        Schedule memory current = _inForce();
        fromEpoch = _epochAt(current, block.number) + 1;
        current.nextEpoch = fromEpoch;
        current.nextEpochBlocks = newEpochBlocks;
        current.nextSeedDelayBlocks = uint24(newSeedDelayBlocks);
        _clockLayout().schedule = current;
    }

    /// @inheritdoc IEpochClock
    function schedule()
        external
        view
        returns (uint32 epochBlocks, uint32 seedDelayBlocks, uint32 nextEpochBlocks, uint32 nextSeedDelayBlocks)
    {
        Schedule memory current = _inForce();
        return
            (current.epochBlocks, current.seedDelayBlocks, current.nextEpochBlocks, current.nextSeedDelayBlocks);
    }

    /// @inheritdoc IEpochClock
    function epochAt(uint256 blockNumber) external view returns (uint32) {
        return _epochAt(_schedule(), blockNumber);
    }

    /// @inheritdoc IEpochClock
    function currentEpoch() public view returns (uint32) {
        return _epochAt(_schedule(), block.number);
    }

    /// @inheritdoc IEpochClock
    function firstBlock(uint32 epoch) external view returns (uint256) {
        (uint256 first,) = _firstAndSeedBlock(_schedule(), epoch);
        return first;
    }

    /// @inheritdoc IEpochClock
    function seedBlock(uint32 epoch) external view returns (uint256 block_) {
        (, block_) = _firstAndSeedBlock(_schedule(), epoch);
    }

    /// @dev NetworkParameters, which alone may start the clock and change it.
    function _parameters() internal view virtual returns (address);

    /// @return epoch The current epoch.
    /// @return block_ Its seed block.
    function _currentSeedBlock() internal view returns (uint32 epoch, uint256 block_) {
        Schedule memory current = _schedule();
        epoch = _epochAt(current, block.number);
        (, block_) = _firstAndSeedBlock(current, epoch);
    }

    function _schedule() private view returns (Schedule memory current) {
        current = _clockLayout().schedule;
        if (current.epochBlocks == 0) revert EpochClockNotStarted();
    }

    /// @dev The schedule with a segment that has begun moved to the front.
    function _inForce() private view returns (Schedule memory current) {
        current = _schedule();
        uint256 begins = _nextFirstBlock(current);
        if (block.number >= begins) {
            current.firstBlock = uint64(begins);
            current.firstEpoch = current.nextEpoch;
            current.epochBlocks = current.nextEpochBlocks;
            current.seedDelayBlocks = current.nextSeedDelayBlocks;
            current.nextEpoch = NEVER;
        }
    }

    // In the following, blocks are below 2^64 and epochs below 2^32, so that nothing can overflow 256 bits, and what is taken
    // away has been checked to be smaller, or is by construction.

    function _nextFirstBlock(Schedule memory current) private pure returns (uint256) {
        unchecked {
            return current.firstBlock + uint256(current.nextEpoch - current.firstEpoch) * current.epochBlocks;
        }
    }

    function _epochAt(Schedule memory current, uint256 blockNumber) private pure returns (uint32) {
        if (blockNumber < current.firstBlock) revert EpochClockBlockTooOld(blockNumber, current.firstBlock);
        uint256 begins = _nextFirstBlock(current);
        unchecked {
            return blockNumber < begins
                ? current.firstEpoch + uint32((blockNumber - current.firstBlock) / current.epochBlocks)
                : current.nextEpoch + uint32((blockNumber - begins) / current.nextEpochBlocks);
        }
    }

    function _firstAndSeedBlock(Schedule memory current, uint32 epoch)
        private
        pure
        returns (uint256 first, uint256 seed)
    {
        if (epoch < current.firstEpoch) revert EpochClockEpochTooOld(epoch, current.firstEpoch);
        unchecked {
            if (epoch < current.nextEpoch) {
                first = current.firstBlock + uint256(epoch - current.firstEpoch) * current.epochBlocks;
                seed = first + current.seedDelayBlocks;
            } else {
                first = _nextFirstBlock(current) + uint256(epoch - current.nextEpoch) * current.nextEpochBlocks;
                seed = first + current.nextSeedDelayBlocks;
            }
        }
    }

    function _clockLayout() private pure returns (ClockLayout storage $) {
        assembly ("memory-safe") {
            $.slot := CLOCK_LOCATION
        }
    }
}
