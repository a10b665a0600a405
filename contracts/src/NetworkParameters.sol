// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IEpochClock} from "./interfaces/IEpochClock.sol";
import {INetworkParameters} from "./interfaces/INetworkParameters.sol";
import {OwnedUpgradeable} from "./OwnedUpgradeable.sol";

/// @title Implementation of {INetworkParameters}
contract NetworkParameters is INetworkParameters, OwnedUpgradeable {
    /// @dev One word: the value counts from `fromBlock`, which is always an epoch's first block, so reading asks no clock.
    struct Tunable {
        uint96 before;
        uint96 value;
        uint64 fromBlock;
    }

    /// @custom:storage-location erc7201:storgo.NetworkParameters
    struct Layout {
        mapping(Parameter parameter => Tunable) tunables;
        address clock;
    }

    // keccak256(abi.encode(uint256(keccak256("storgo.NetworkParameters")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant LOCATION = 0xa1c81ef8adc3b25baca4c6a514183b4752f3a5bc2c3b8e85f87008a256646c00;

    uint32 private constant MIN_EPOCH_BLOCKS = 4;
    uint32 private constant MAX_EPOCH_BLOCKS = 1_000_000;

    /// @param values One for each `Parameter` after `SeedDelayBlocks`, in their order; they count at once.
    function initialize(address owner_, uint96[] calldata values) external initializer {
        __Ownable_init(owner_);
        uint256 expected = uint8(type(Parameter).max);
        if (values.length != expected) revert NetworkParametersValueCount(values.length, expected);
        Layout storage $ = _layout();
        for (uint8 i = 1; i <= uint8(type(Parameter).max); ++i) {
            uint96 initial = values[i - 1];
            _checkBounds(Parameter(i), initial);
            $.tunables[Parameter(i)].value = initial;
        }
    }

    /// @inheritdoc INetworkParameters
    function startClock(address clock_, uint32 firstEpochBlocks, uint32 firstSeedDelayBlocks) external onlyOwner {
        Layout storage $ = _layout();
        if ($.clock != address(0)) revert NetworkParametersClockAlreadySet($.clock);
        _checkSchedule(firstEpochBlocks, firstSeedDelayBlocks);
        $.clock = clock_;
        emit EpochBlocksChanged(firstEpochBlocks, 0);
        emit ParameterChanged(Parameter.SeedDelayBlocks, firstSeedDelayBlocks, block.number);
        IEpochClock(clock_).startClock(firstEpochBlocks, firstSeedDelayBlocks);
    }

    /// @inheritdoc INetworkParameters
    function set(Parameter parameter, uint256 newValue) external onlyOwner {
        IEpochClock clock_ = _clock();
        _checkBounds(parameter, newValue);
        uint256 fromBlock = clock_.firstBlock(clock_.currentEpoch() + 1);
        emit ParameterChanged(parameter, newValue, fromBlock);
        if (parameter == Parameter.SeedDelayBlocks) {
            (,, uint32 nextEpochBlocks,) = clock_.schedule();
            _checkSchedule(nextEpochBlocks, uint32(newValue));
            clock_.setSchedule(nextEpochBlocks, uint32(newValue));
        } else {
            Tunable storage tunable = _layout().tunables[parameter];
            if (tunable.fromBlock <= block.number) tunable.before = tunable.value;
            tunable.value = uint96(newValue);
            tunable.fromBlock = uint64(fromBlock);
        }
    }

    /// @inheritdoc INetworkParameters
    function setEpochBlocks(uint32 newEpochBlocks) external onlyOwner {
        IEpochClock clock_ = _clock();
        (,,, uint32 nextSeedDelayBlocks) = clock_.schedule();
        _checkSchedule(newEpochBlocks, nextSeedDelayBlocks);
        emit EpochBlocksChanged(newEpochBlocks, clock_.setSchedule(newEpochBlocks, nextSeedDelayBlocks));
    }

    /// @inheritdoc INetworkParameters
    function value(Parameter parameter) external view returns (uint256) {
        if (parameter == Parameter.SeedDelayBlocks) {
            (, uint32 seedDelayBlocks,,) = _clock().schedule();
            return seedDelayBlocks;
        }
        Tunable memory tunable = _layout().tunables[parameter];
        return block.number < tunable.fromBlock ? tunable.before : tunable.value;
    }

    /// @inheritdoc INetworkParameters
    function nextValue(Parameter parameter) external view returns (uint256) {
        if (parameter == Parameter.SeedDelayBlocks) {
            (,,, uint32 nextSeedDelayBlocks) = _clock().schedule();
            return nextSeedDelayBlocks;
        }
        return _layout().tunables[parameter].value;
    }

    /// @inheritdoc INetworkParameters
    function bounds(Parameter parameter) public pure returns (uint256 minimum, uint256 maximum) {
        if (parameter == Parameter.SeedDelayBlocks) return (1, 7200);
        // 256: `prove` marks the states it has used in one word
        if (parameter == Parameter.ProofSamples) return (1, 256);
        if (parameter == Parameter.MinimumStake) return (1 ether, 10_000_000 ether);
        if (parameter == Parameter.StakePerGiB) return (0, 10_000 ether);
        if (parameter == Parameter.UnbondingEpochs) return (1, 365);
        if (parameter == Parameter.AskNoticeEpochs) return (1, 90);
        // At least one whole epoch, so that an undo is possible at all; what is kept longer costs providers unpaid space.
        if (parameter == Parameter.RetentionEpochs) return (1, 90);
        return (0, 90);
    }

    /// @inheritdoc INetworkParameters
    function epochBlocksBounds() external pure returns (uint32 minimum, uint32 maximum) {
        return (MIN_EPOCH_BLOCKS, MAX_EPOCH_BLOCKS);
    }

    /// @inheritdoc INetworkParameters
    function clock() external view returns (address) {
        return _layout().clock;
    }

    /// @inheritdoc INetworkParameters
    function epochAt(uint256 blockNumber) external view returns (uint32) {
        return _clock().epochAt(blockNumber);
    }

    /// @inheritdoc INetworkParameters
    function currentEpoch() external view returns (uint32) {
        return _clock().currentEpoch();
    }

    /// @inheritdoc INetworkParameters
    function firstBlock(uint32 epoch) external view returns (uint256) {
        return _clock().firstBlock(epoch);
    }

    /// @inheritdoc INetworkParameters
    function epochBlocks() external view returns (uint32 current) {
        (current,,,) = _clock().schedule();
    }

    function _clock() private view returns (IEpochClock clock_) {
        clock_ = IEpochClock(_layout().clock);
        if (address(clock_) == address(0)) revert NetworkParametersClockNotSet();
    }

    function _checkBounds(Parameter parameter, uint256 newValue) private pure {
        (uint256 minimum, uint256 maximum) = bounds(parameter);
        if (newValue < minimum || newValue > maximum) {
            revert NetworkParametersOutOfBounds(parameter, newValue, minimum, maximum);
        }
    }

    /// @dev Both have bounds of their own, and the seed block must lie inside its epoch.
    function _checkSchedule(uint32 newEpochBlocks, uint32 newSeedDelayBlocks) private pure {
        if (newEpochBlocks < MIN_EPOCH_BLOCKS || newEpochBlocks > MAX_EPOCH_BLOCKS) {
            revert NetworkParametersEpochBlocksOutOfBounds(newEpochBlocks, MIN_EPOCH_BLOCKS, MAX_EPOCH_BLOCKS);
        }
        _checkBounds(Parameter.SeedDelayBlocks, newSeedDelayBlocks);
        // The seed can be stored one block after its own at the earliest, and a proof must still fit after that.
        if (newSeedDelayBlocks + 2 >= newEpochBlocks) {
            revert NetworkParametersSeedAfterEpoch(newSeedDelayBlocks, newEpochBlocks);
        }
    }

    function _layout() private pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := LOCATION
        }
    }
}
