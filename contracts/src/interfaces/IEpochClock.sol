// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The division of blocks into epochs
/// @notice Keeps the segment in force and at most one that follows it from the next epoch on.
interface IEpochClock {
    error EpochClockNotParameters(address caller);
    error EpochClockNotStarted();
    error EpochClockAlreadyStarted();
    /// @notice The block lies before the segment that the clock still knows.
    error EpochClockBlockTooOld(uint256 blockNumber, uint256 firstKnownBlock);
    /// @notice The epoch lies before the segment that the clock still knows.
    error EpochClockEpochTooOld(uint32 epoch, uint32 firstKnownEpoch);

    /// @notice Starts epoch 0 in this block. Only NetworkParameters, once.
    function startClock(uint32 firstEpochBlocks, uint32 firstSeedDelayBlocks) external;

    /// @notice Changes the schedule from the next epoch on; bounds are the caller's. Only NetworkParameters.
    /// @return fromEpoch The first epoch of the new schedule.
    function setSchedule(uint32 newEpochBlocks, uint32 newSeedDelayBlocks) external returns (uint32 fromEpoch);

    /// @notice Lengths in blocks of the current epoch and of its delay before the seed block, and those of the next one.
    function schedule()
        external
        view
        returns (uint32 epochBlocks, uint32 seedDelayBlocks, uint32 nextEpochBlocks, uint32 nextSeedDelayBlocks);

    function epochAt(uint256 blockNumber) external view returns (uint32);

    function currentEpoch() external view returns (uint32);

    function firstBlock(uint32 epoch) external view returns (uint256);

    /// @notice The block whose RANDAO value becomes the epoch's seed.
    function seedBlock(uint32 epoch) external view returns (uint256);
}
