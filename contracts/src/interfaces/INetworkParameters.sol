// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Every tunable of the network, each within hard bounds
/// @notice A change counts from the first block of the next epoch, so that nothing changes during one. The schedule of
/// epochs is kept by the clock (ProofOfStorage), which reads it on every call; this contract decides what it may be.
interface INetworkParameters {
    enum Parameter {
        /// @notice Blocks from an epoch's first block to the one whose RANDAO value is its seed.
        SeedDelayBlocks,
        /// @notice K, the samples of a proof.
        ProofSamples,
        /// @notice Least stake of a provider, in the token's smallest unit.
        MinimumStake,
        /// @notice Stake that each billed GiB needs, in the token's smallest unit.
        StakePerGiB,
        /// @notice Epochs that stake stays locked after unbonding starts.
        UnbondingEpochs,
        /// @notice Epochs between the announcement of a new price and the first one at which it counts.
        AskNoticeEpochs,
        /// @notice Epochs past its funded end during which a volume may still be topped up.
        ExpiryGraceEpochs,
        /// @notice Epochs that providers keep what a state has freed or overwritten, so that its owner can still undo it.
        RetentionEpochs
    }

    event ParameterChanged(Parameter indexed parameter, uint256 value, uint256 fromBlock);
    event EpochBlocksChanged(uint32 epochBlocks, uint32 fromEpoch);

    error NetworkParametersOutOfBounds(Parameter parameter, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice `initialize` takes exactly one value for every parameter it sets.
    error NetworkParametersValueCount(uint256 given, uint256 expected);
    error NetworkParametersEpochBlocksOutOfBounds(uint32 epochBlocks, uint32 minimum, uint32 maximum);
    error NetworkParametersSeedAfterEpoch(uint32 seedDelayBlocks, uint32 epochBlocks);
    error NetworkParametersClockAlreadySet(address clock);
    error NetworkParametersClockNotSet();

    /// @notice The value in force in the current epoch.
    function value(Parameter parameter) external view returns (uint256);

    /// @notice The value of the next epoch.
    function nextValue(Parameter parameter) external view returns (uint256);

    /// @notice Least and greatest value that `set` accepts.
    function bounds(Parameter parameter) external pure returns (uint256 minimum, uint256 maximum);

    /// @notice Least and greatest length of an epoch in blocks.
    function epochBlocksBounds() external pure returns (uint32 minimum, uint32 maximum);

    /// @notice Changes a parameter from the next epoch on. Owner only.
    function set(Parameter parameter, uint256 newValue) external;

    /// @notice Changes the length of epochs, from the next epoch's first block on. Owner only.
    function setEpochBlocks(uint32 newEpochBlocks) external;

    /// @notice Names the contract that keeps the schedule, once, and starts epoch 0 in this block. Owner only.
    function startClock(address clock, uint32 firstEpochBlocks, uint32 firstSeedDelayBlocks) external;

    /// @notice The contract that keeps the schedule, or zero before `startClock`.
    function clock() external view returns (address);

    /// @notice Epoch of a block, as the clock has it.
    function epochAt(uint256 blockNumber) external view returns (uint32);

    /// @notice Epoch of this block.
    function currentEpoch() external view returns (uint32);

    /// @notice First block of an epoch, as scheduled now.
    function firstBlock(uint32 epoch) external view returns (uint256);

    /// @notice Length of the current epoch in blocks.
    function epochBlocks() external view returns (uint32);
}
