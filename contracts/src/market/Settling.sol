// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Ledger} from "./Ledger.sol";
import {MarketBase} from "./MarketBase.sol";

/// @title How a volume's escrow becomes earnings and credit
abstract contract Settling is MarketBase {
    using Ledger for Ledger.Volume;
    using Ledger for Ledger.Shape;
    using Ledger for Ledger.Terms;
    using SafeERC20 for IERC20;

    /// @dev What settling a slot has come to.
    struct Settlement {
        /// @dev First epoch not settled.
        uint32 to;
        uint32 proven;
        uint256 paid;
        uint256 refunded;
        /// @dev Whether nothing will ever be left to settle unless the volume is topped up.
        bool ended;
    }

    /// @dev Settles all `n` slots for the epochs before the current one and the funded end.
    function _settleAll(uint64 volumeId, Ledger.Volume storage record, Ledger.Terms memory terms, uint256 n) internal {
        _settle(volumeId, record, terms, (1 << n) - 1);
    }

    /// @dev Settles the slots of `slotMask` for the epochs before the current one and the funded end.
    /// @return ended Whether one of them is settled up to the funded end, or is vacant.
    function _settle(uint64 volumeId, Ledger.Volume storage record, Ledger.Terms memory terms, uint256 slotMask)
        internal
        returns (bool ended)
    {
        uint256 refunds;
        for (uint8 i; slotMask != 0; ++i) {
            if (slotMask & 1 != 0) {
                Settlement memory done = _settleSlot(volumeId, record, terms, i);
                refunds += done.refunded;
                if (done.ended) ended = true;
            }
            slotMask >>= 1;
        }
        _credit(terms.owner, refunds);
    }

    function _settleSlot(uint64 volumeId, Ledger.Volume storage record, Ledger.Terms memory terms, uint8 i)
        private
        returns (Settlement memory done)
    {
        Ledger.Slot memory slot = record.slots[i];
        if (slot.settledEpoch == 0) revert StorageMarketSlotUnknown(volumeId, i);
        address provider = slot.provider;
        uint32 from = slot.settledEpoch;
        done.to = from;
        if (provider == address(0)) {
            done.ended = true;
            return done;
        }
        uint32 end = terms.endEpoch;
        bool vacant;
        // Nothing else makes a slot cost nothing but a provider that asks for nothing.
        if (slot.pricePerSectorEpoch == 0 && record.dismissed >> i & 1 != 0) {
            if (terms.changeEpoch < end) end = terms.changeEpoch;
            vacant = PROOFS.currentEpoch() >= terms.changeEpoch;
        }
        // Where a change of terms lies between, the epochs before it are settled first, at the old price.
        uint32 change = from < end ? terms.divide(from, end) : from;
        if (change != from) _settleUntil(done, provider, change, record.priceBefore(i));
        if (done.to == change && change < end) {
            _settleUntil(done, provider, end, uint256(slot.pricePerSectorEpoch) * terms.sectors);
        }
        done.ended = done.to >= end;
        if (done.to == from && !vacant) return done;
        slot.settledEpoch = done.to;
        if (vacant) slot.provider = address(0);
        Ledger.write(record.slots[i], slot);
        if (done.to == from) return done;
        if (done.paid != 0) _layout().earnings[provider] += done.paid;
        emit SlotSettled(volumeId, i, provider, from, done.to, done.proven, done.paid, done.refunded);
    }

    /// @dev Goes on from `done.to` for the epochs that are over and before `end`, at one price.
    function _settleUntil(Settlement memory done, address provider, uint32 end, uint256 price) private view {
        (uint32 to, uint32 proven) = PROOFS.provenUntil(provider, done.to, end);
        // A slot costs less than 2^92 an epoch and there are less than 2^32 epochs.
        unchecked {
            done.paid += price * proven;
            done.refunded += price * (to - done.to - proven);
            done.proven += proven;
        }
        done.to = to;
    }

    /// @dev Ends a volume whose grace is over.
    function _expire(
        uint64 volumeId,
        Ledger.Volume storage record,
        Ledger.Terms memory terms,
        Ledger.Shape memory shape
    ) internal {
        emit VolumeExpired(volumeId, terms.endEpoch);
        _leaveBooks(record, terms, shape);
    }

    /// @dev Marks the volume closed and gives its slots back; those dismissed have left before.
    function _leaveBooks(Ledger.Volume storage record, Ledger.Terms memory terms, Ledger.Shape memory shape) internal {
        record.shape.closed = true;
        _release(record, terms, shape, record.liveMask(shape));
    }

    /// @dev Takes slots off their providers' books and gives their sectors back to the asks.
    function _release(
        Ledger.Volume storage record,
        Ledger.Terms memory terms,
        Ledger.Shape memory shape,
        uint256 mask
    ) internal {
        address[] memory providers = record.providersOf(mask);
        REGISTRY.release(providers, terms.sectors);
        PROOFS.remove(providers, record.positionsOf(shape, mask));
    }

    /// @dev Pulls what a change of terms has made more, or credits what it has made less.
    function _balance(uint256 before, uint256 after_) internal {
        if (after_ > before) IERC20(TOKEN).safeTransferFrom(msg.sender, address(this), after_ - before);
        else _credit(msg.sender, before - after_);
    }

    function _credit(address account, uint256 amount) internal {
        if (amount != 0) _layout().credit[account] += amount;
    }
}
