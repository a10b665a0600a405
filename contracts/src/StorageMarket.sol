// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {INetworkParameters} from "./interfaces/INetworkParameters.sol";
import {IProofOfStorage} from "./interfaces/IProofOfStorage.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {IStorageMarket} from "./interfaces/IStorageMarket.sol";
import {Ledger} from "./market/Ledger.sol";
import {MarketBase} from "./market/MarketBase.sol";
import {Settling} from "./market/Settling.sol";
import {PermitMulticall} from "./PermitMulticall.sol";

/// @title Implementation of {IStorageMarket}
contract StorageMarket is Settling {
    using Ledger for Ledger.Volume;
    using Ledger for Ledger.Shape;
    using SafeERC20 for IERC20;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(
        address token_,
        IProviderRegistry registry_,
        IProofOfStorage proofs_,
        INetworkParameters parameters_
    ) PermitMulticall(token_) MarketBase(registry_, proofs_, parameters_) {}

    /// @notice Hands the proxy to its owner.
    function initialize(address owner_) external initializer {
        __Ownable_init(owner_);
    }

    /// @inheritdoc IStorageMarket
    function open(OpenParams calldata params) external returns (uint64 volumeId) {
        _checkOpen(params);
        uint32 epoch = PROOFS.currentEpoch();
        uint32 endEpoch = _endAfter(epoch + 1, params.epochs);
        volumeId = ++_layout().volumeCount;
        emit VolumeOpened(volumeId, msg.sender, params.k, params.m, params.sectors, endEpoch, params.providers);
        emit SessionKeyChanged(volumeId, 1, params.sessionKey, params.sessionKeyExpiry);

        uint64[] memory prices = REGISTRY.reserve(params.providers, params.sectors);
        uint32[] memory positions = PROOFS.join(params.providers, volumeId, params.sectors);
        PROOFS.setSessionKey(volumeId, 1, params.sessionKey, params.sessionKeyExpiry);
        Ledger.Volume storage record = _layout().volumes[volumeId];
        record.terms = Ledger.Terms(msg.sender, endEpoch, params.sectors, 0);
        record.create(
            Ledger.Shape(epoch, 1, params.k, params.m, false, 0), params.providers, prices, positions
        );
        uint256 pricePerEpoch = _checkPrice(prices, params.sectors, params.maxPricePerEpoch);
        IERC20(TOKEN).safeTransferFrom(msg.sender, address(this), pricePerEpoch * params.epochs);
    }

    /// @inheritdoc IStorageMarket
    function topUp(uint64 volumeId, uint32 epochs, uint256 maxPricePerEpoch) external {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _ownedOpen(volumeId);
        if (epochs == 0) revert StorageMarketZeroEpochs();
        uint32 epoch = PROOFS.currentEpoch();
        if (epoch >= _expiresEpoch(terms)) revert StorageMarketExhausted(volumeId, terms.endEpoch);
        uint32 endEpoch = _endAfter(terms.endEpoch, epochs);
        if (endEpoch <= epoch) revert StorageMarketTopUpTooShort(volumeId, endEpoch, epoch);

        uint256 n = shape.slotCount();
        _settleAll(volumeId, record, terms, n);
        uint256 before = record.escrow(terms, n);
        uint256 live = record.liveMask(shape);
        uint64[] memory prices = REGISTRY.pricesOf(record.providersOf(live));
        uint256 pricePerEpoch = _checkPrice(prices, terms.sectors, maxPricePerEpoch);
        record.change(terms, epoch, terms.sectors, n, live, prices);
        terms.endEpoch = endEpoch;
        record.terms = terms;
        emit VolumeToppedUp(volumeId, endEpoch, pricePerEpoch);
        _balance(before, record.escrow(terms, n));
    }

    /// @inheritdoc IStorageMarket
    function resize(uint64 volumeId, uint32 sectors, uint256 maxPricePerEpoch) external {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _ownedOpen(volumeId);
        if (sectors == 0) revert StorageMarketZeroCapacity();
        uint32 epoch = PROOFS.currentEpoch();
        if (epoch >= terms.endEpoch) revert StorageMarketUnfunded(volumeId, terms.endEpoch);

        uint256 n = shape.slotCount();
        _settleAll(volumeId, record, terms, n);
        uint256 before = record.escrow(terms, n);
        uint256 live = record.liveMask(shape);
        address[] memory providers = record.providersOf(live);
        uint64[] memory prices = REGISTRY.resize(providers, terms.sectors, sectors);
        uint256 pricePerEpoch = _checkPrice(prices, sectors, maxPricePerEpoch);
        record.change(terms, epoch, sectors, n, live, prices);
        record.terms = terms;
        emit VolumeResized(volumeId, sectors, pricePerEpoch);
        PROOFS.setWeight(providers, record.positionsOf(shape, live), sectors);
        _balance(before, record.escrow(terms, n));
    }

    /// @inheritdoc IStorageMarket
    function setSessionKey(uint64 volumeId, address key, uint64 expiry) external {
        (Ledger.Volume storage record,, Ledger.Shape memory shape) = _ownedOpen(volumeId);
        if (key == address(0)) revert StorageMarketZeroSessionKey();
        uint32 generation = shape.generation + 1;
        record.shape.generation = generation;
        emit SessionKeyChanged(volumeId, generation, key, expiry);
        PROOFS.setSessionKey(volumeId, generation, key, expiry);
    }

    /// @inheritdoc IStorageMarket
    function dismiss(uint64 volumeId, uint8 slot) external {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _ownedOpen(volumeId);
        uint256 n = shape.slotCount();
        if (slot >= n) revert StorageMarketSlotUnknown(volumeId, slot);
        uint256 live = record.liveMask(shape);
        uint256 left = live & ~(1 << slot);
        if (left == live) revert StorageMarketSlotVacant(volumeId, slot);
        (uint256 remaining, uint256 quorum) = (Ledger.countOf(left), shape.quorum());
        if (remaining < quorum) revert StorageMarketTooFewSlots(volumeId, remaining, quorum);
        uint32 epoch = PROOFS.currentEpoch();
        if (epoch >= terms.endEpoch) revert StorageMarketUnfunded(volumeId, terms.endEpoch);

        _settleAll(volumeId, record, terms, n);
        uint256 before = record.escrow(terms, n);
        record.change(terms, epoch, terms.sectors, n, left, record.pricesOf(left));
        record.terms = terms;
        record.dismissed |= uint32(1) << slot;
        record.formers[slot] = Ledger.Former(record.slots[slot].provider, epoch + 1);
        uint256 refunded = before - record.escrow(terms, n);
        _credit(msg.sender, refunded);
        emit SlotDismissed(volumeId, slot, record.slots[slot].provider, epoch + 1, refunded);
        _release(record, terms, shape, 1 << slot);
    }

    /// @inheritdoc IStorageMarket
    function close(uint64 volumeId) external {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _ownedOpen(volumeId);
        uint32 epoch = PROOFS.currentEpoch();
        uint256 n = shape.slotCount();
        _settleAll(volumeId, record, terms, n);
        uint256 before = record.escrow(terms, n);
        if (terms.endEpoch > epoch + 1) terms.endEpoch = epoch + 1;
        record.terms = terms;
        uint256 refunded = before - record.escrow(terms, n);
        _credit(msg.sender, refunded);
        emit VolumeClosed(volumeId, terms.endEpoch, refunded);
        _leaveBooks(record, terms, shape);
    }

    /// @inheritdoc IStorageMarket
    function expire(uint64 volumeId) external {
        (Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) = _open(volumeId);
        uint32 epoch = PROOFS.currentEpoch();
        uint32 expires = _expiresEpoch(terms);
        if (epoch < expires) revert StorageMarketNotExpired(volumeId, expires, epoch);
        _settleAll(volumeId, record, terms, shape.slotCount());
        _expire(volumeId, record, terms, shape);
    }

    /// @inheritdoc IStorageMarket
    function settle(uint64 volumeId, uint32 slotMask) external {
        Ledger.Volume storage record = _layout().volumes[volumeId];
        Ledger.Terms memory terms = record.terms;
        if (terms.owner == address(0)) revert StorageMarketUnknownVolume(volumeId);
        bool reachedEnd = _settle(volumeId, record, terms, slotMask);
        if (!reachedEnd || PROOFS.currentEpoch() < _expiresEpoch(terms)) return;
        Ledger.Shape memory shape = record.shape;
        if (shape.closed) return;
        _settleAll(volumeId, record, terms, shape.slotCount());
        _expire(volumeId, record, terms, shape);
    }

    /// @inheritdoc IStorageMarket
    function withdraw() external {
        uint256 amount = _layout().credit[msg.sender];
        if (amount == 0) revert StorageMarketNothingToWithdraw(msg.sender);
        _layout().credit[msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, amount);
        IERC20(TOKEN).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStorageMarket
    function withdrawEarnings(address provider) external {
        uint256 amount = _layout().earnings[provider];
        if (amount == 0) revert StorageMarketNothingToWithdraw(provider);
        address owner_ = REGISTRY.ownerOf(provider);
        _layout().earnings[provider] = 0;
        emit EarningsWithdrawn(provider, owner_, amount);
        IERC20(TOKEN).safeTransfer(owner_, amount);
    }
}
