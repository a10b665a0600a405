// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPermitMulticall} from "./IPermitMulticall.sol";

/// @title Volumes, their slots, escrow and settlement
/// @notice A volume is billed for the epochs from the one after it was opened up to, not including, its `endEpoch`. A slot
/// earns its price for every such epoch that its provider proved; what was not proven goes back to the volume's owner.
/// Amounts are in STOR's smallest unit; they move as internal credits until withdrawn.
interface IStorageMarket is IPermitMulticall {
    struct OpenParams {
        /// @notice Data slots.
        uint8 k;
        /// @notice Parity slots.
        uint8 m;
        /// @notice Billed sectors per slot.
        uint32 sectors;
        /// @notice Epochs paid in advance.
        uint32 epochs;
        /// @notice k + m distinct providers; the first k hold data.
        address[] providers;
        /// @notice Most that all slots together may cost in one epoch.
        uint256 maxPricePerEpoch;
        /// @notice Key that signs the volume's states, and when providers stop to accept it (Unix seconds).
        address sessionKey;
        uint64 sessionKeyExpiry;
    }

    struct Volume {
        address owner;
        uint8 k;
        uint8 m;
        /// @notice Billed sectors per slot, as last set (a change counts from the next epoch).
        uint32 sectors;
        /// @notice Generation of the newest session key.
        uint32 generation;
        uint32 openedEpoch;
        /// @notice First epoch that is not paid for.
        uint32 endEpoch;
        /// @notice Whether the volume has been closed or has expired.
        bool closed;
        /// @notice What is funded and not yet settled.
        uint256 escrow;
    }

    struct Slot {
        /// @notice Zero where the slot is vacant.
        address provider;
        /// @notice First epoch not settled yet.
        uint32 settledEpoch;
        /// @notice Position in the provider's book.
        uint32 bookIndex;
        /// @notice Price of one epoch before `changeEpoch`.
        uint256 pricePerEpoch;
        /// @notice Price of one epoch from `changeEpoch` on.
        uint256 nextPricePerEpoch;
        uint32 changeEpoch;
        /// @notice Who held the slot before, zero where nobody has. Readers still count its receipts of epochs before
        /// `formerUntilEpoch`, or a certificate would be lost with the slot; an anchor counts those of today's providers only.
        address formerProvider;
        uint32 formerUntilEpoch;
    }

    event VolumeOpened(
        uint64 indexed volumeId,
        address indexed owner,
        uint8 k,
        uint8 m,
        uint32 sectors,
        uint32 endEpoch,
        address[] providers
    );
    event VolumeToppedUp(uint64 indexed volumeId, uint32 endEpoch, uint256 pricePerEpoch);
    event VolumeResized(uint64 indexed volumeId, uint32 sectors, uint256 pricePerEpoch);
    /// @notice The slot is vacant and costs nothing from `fromEpoch` on; what later epochs were funded with is the owner's credit.
    event SlotDismissed(
        uint64 indexed volumeId,
        uint8 slot,
        address indexed provider,
        uint32 fromEpoch,
        uint256 refunded
    );
    event VolumeClosed(uint64 indexed volumeId, uint32 endEpoch, uint256 refunded);
    event VolumeExpired(uint64 indexed volumeId, uint32 endEpoch);
    event SessionKeyChanged(uint64 indexed volumeId, uint32 generation, address key, uint64 expiry);
    /// @notice A slot was settled for the epochs [fromEpoch, toEpoch).
    event SlotSettled(
        uint64 indexed volumeId,
        uint8 slot,
        address indexed provider,
        uint32 fromEpoch,
        uint32 toEpoch,
        uint32 provenEpochs,
        uint256 paid,
        uint256 refunded
    );
    event CreditWithdrawn(address indexed account, uint256 amount);
    event EarningsWithdrawn(address indexed provider, address indexed owner, uint256 amount);

    error StorageMarketSlotCount(uint256 k, uint256 m, uint256 providers);
    error StorageMarketDuplicateProvider(address provider);
    error StorageMarketZeroCapacity();
    error StorageMarketZeroEpochs();
    error StorageMarketEndTooFar(uint256 endEpoch);
    error StorageMarketZeroSessionKey();
    error StorageMarketPriceTooHigh(uint256 pricePerEpoch, uint256 maxPricePerEpoch);
    error StorageMarketUnknownVolume(uint64 volumeId);
    error StorageMarketNotOwner(uint64 volumeId, address caller);
    error StorageMarketClosed(uint64 volumeId);
    /// @notice The grace after the funded end is over.
    error StorageMarketExhausted(uint64 volumeId, uint32 endEpoch);
    /// @notice The epochs that a top-up adds must reach past the current one.
    error StorageMarketTopUpTooShort(uint64 volumeId, uint32 endEpoch, uint32 currentEpoch);
    /// @notice A volume past its funded end must be topped up before it can be resized or a slot be dismissed.
    error StorageMarketUnfunded(uint64 volumeId, uint32 endEpoch);
    error StorageMarketNotExpired(uint64 volumeId, uint32 expiresEpoch, uint32 currentEpoch);
    error StorageMarketSlotUnknown(uint64 volumeId, uint8 slot);
    error StorageMarketSlotVacant(uint64 volumeId, uint8 slot);
    /// @notice Fewer slots than the write quorum would remain, so that the volume could not be written any more.
    error StorageMarketTooFewSlots(uint64 volumeId, uint256 remaining, uint256 quorum);
    error StorageMarketNothingToWithdraw(address account);

    /// @notice Opens a volume over chosen providers; it is billed and sampled from the next epoch on.
    function open(OpenParams calldata params) external returns (uint64 volumeId);

    /// @notice Adds epochs to the funded end and takes over the current asks from the next epoch on. Epochs past the end
    /// (within the grace) are covered first, at the old price. Pulls or credits the exact difference. Owner only.
    function topUp(uint64 volumeId, uint32 epochs, uint256 maxPricePerEpoch) external;

    /// @notice Changes the size of every slot, and takes over the current asks, from the next epoch on; the funded end
    /// stays. Pulls or credits the exact difference. Owner only.
    function resize(uint64 volumeId, uint32 sectors, uint256 maxPricePerEpoch) external;

    /// @notice Names the next generation's session key, usable at once; states of older generations stay provable. Owner only.
    function setSessionKey(uint64 volumeId, address key, uint64 expiry) external;

    /// @notice Dismisses a slot that goes on refusing, without a slash: its provider is still paid for the current epoch if it
    /// proves it, and the slot is vacant from the next one on. At least the write quorum's slots must remain. Owner only.
    function dismiss(uint64 volumeId, uint8 slot) external;

    /// @notice Ends a volume with the current epoch; what later epochs were funded with becomes the owner's credit at once. Owner only.
    function close(uint64 volumeId) external;

    /// @notice Takes a volume off the books once its grace is over. Anybody.
    function expire(uint64 volumeId) external;

    /// @notice Pays the chosen slots for all epochs before the current one that their providers proved and refunds the
    /// others; a volume whose grace is over leaves the books. Anybody.
    /// @param slotMask Bit j stands for slot j.
    function settle(uint64 volumeId, uint32 slotMask) external;

    /// @notice Pays out the caller's credit.
    function withdraw() external;

    /// @notice Pays out what a provider has earned, to its owner. Anybody.
    function withdrawEarnings(address provider) external;

    function volume(uint64 volumeId) external view returns (Volume memory);

    function slots(uint64 volumeId) external view returns (Slot[] memory);

    function slotOf(uint64 volumeId, uint8 slot) external view returns (Slot memory);

    /// @notice Who certifies the states of an open volume.
    /// @return quorum k + ⌈m / 2⌉
    /// @return providers By slot; zero where the slot is vacant.
    /// @return positions The slots' positions in their providers' books.
    function quorumOf(uint64 volumeId)
        external
        view
        returns (uint8 quorum, address[] memory providers, uint32[] memory positions);

    /// @notice Volumes opened so far; ids run from 1 to this.
    function volumeCount() external view returns (uint64);

    /// @notice What one epoch of a new volume would cost over these providers.
    function quote(address[] calldata providers, uint32 sectors) external view returns (uint256 pricePerEpoch);

    function credit(address account) external view returns (uint256);

    function earnings(address provider) external view returns (uint256);
}
