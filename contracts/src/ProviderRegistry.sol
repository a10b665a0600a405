// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IEpochClock} from "./interfaces/IEpochClock.sol";
import {INetworkParameters} from "./interfaces/INetworkParameters.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {PermitMulticall} from "./PermitMulticall.sol";
import {Asks} from "./registry/Asks.sol";
import {OperatorConsent} from "./registry/OperatorConsent.sol";
import {RegistryBase} from "./registry/RegistryBase.sol";

/// @title Implementation of {IProviderRegistry}
contract ProviderRegistry is RegistryBase, EIP712Upgradeable {
    using Asks for Asks.Ask;
    using SafeERC20 for IERC20;

    uint256 private constant MAX_ADDRESSES = 8;
    uint256 private constant MAX_ADDRESS_BYTES = 256;

    modifier onlyMarket() {
        if (msg.sender != _layout().market) revert ProviderRegistryNotMarket(msg.sender);
        _;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address token_, INetworkParameters parameters_, IEpochClock clock_)
        PermitMulticall(token_)
        RegistryBase(parameters_, clock_)
    {}

    /// @notice Hands the proxy to its owner.
    function initialize(address owner_) external initializer {
        __EIP712_init("Storgo", "1");
        __Ownable_init(owner_);
    }

    /// @inheritdoc IProviderRegistry
    function setMarket(address market_) external onlyOwner {
        Layout storage $ = _layout();
        if ($.market != address(0)) revert ProviderRegistryMarketAlreadySet($.market);
        $.market = market_;
    }

    /// @inheritdoc IProviderRegistry
    function register(
        bytes calldata publicKey,
        bytes[] calldata addresses,
        uint256 stake,
        uint256 deadline,
        bytes calldata operatorSignature
    ) external {
        if (publicKey.length != 64) revert ProviderRegistryKeyLength(publicKey.length);
        address operator = address(uint160(uint256(keccak256(publicKey))));
        Record storage record = _layout().records[operator];
        if (record.owner != address(0)) revert ProviderRegistryAlreadyRegistered(operator);
        if (block.timestamp > deadline) revert ProviderRegistrySignatureExpired(deadline);
        bytes32 digest = _hashTypedDataV4(OperatorConsent.structHash(msg.sender, deadline));
        if (OperatorConsent.signer(digest, operatorSignature) != operator) {
            revert ProviderRegistrySignatureInvalid(operator);
        }
        uint256 minimum = PARAMETERS.value(INetworkParameters.Parameter.MinimumStake);
        if (stake < minimum) revert ProviderRegistryStakeTooLow(operator, stake, minimum);

        record.owner = msg.sender;
        record.oddKey = uint8(publicKey[63]) & 1 == 1;
        record.keyX = bytes32(publicKey[:32]);
        // The token's cap lies below 2^96: a greater stake cannot be paid.
        record.ask.offer.stake = uint96(stake);
        _layout().operators.push(operator);
        emit ProviderRegistered(operator, msg.sender, _publicKey(record), stake);
        _setAddresses(operator, record, addresses);
        IERC20(TOKEN).safeTransferFrom(msg.sender, address(this), stake);
    }

    /// @inheritdoc IProviderRegistry
    function setAddresses(address operator, bytes[] calldata addresses) external {
        _setAddresses(operator, _controlled(operator), addresses);
    }

    /// @inheritdoc IProviderRegistry
    function setAsk(address operator, uint64 pricePerSectorEpoch, uint32 freeSectors, uint24 minSectors) external {
        Asks.Ask storage ask = _controlled(operator).ask;
        uint256 notice = PARAMETERS.value(INetworkParameters.Parameter.AskNoticeEpochs);
        uint32 fromEpoch = ask.announce(CLOCK.currentEpoch(), uint32(notice), pricePerSectorEpoch);
        (ask.offer.freeSectors, ask.offer.minSectors) = (freeSectors, minSectors);
        emit AskChanged(operator, pricePerSectorEpoch, fromEpoch, freeSectors, minSectors);
    }

    /// @inheritdoc IProviderRegistry
    function addStake(address operator, uint256 amount) external {
        Record storage record = _known(operator);
        if (amount == 0) revert ProviderRegistryZeroAmount(operator);
        // The token's cap lies below 2^96.
        record.ask.offer.stake += uint96(amount);
        emit StakeAdded(operator, msg.sender, amount);
        IERC20(TOKEN).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IProviderRegistry
    function startUnbonding(address operator, uint256 amount) external {
        Record storage record = _owned(operator);
        if (amount == 0) revert ProviderRegistryZeroAmount(operator);
        (uint256 stake, uint32 billed) = (record.ask.offer.stake, record.ask.offer.billedSectors);
        if (amount > stake) revert ProviderRegistryStakeExceeded(operator, amount, stake);
        uint256 needed = stakeNeeded(billed);
        if (stake - amount < needed && (amount != stake || billed != 0)) {
            revert ProviderRegistryStakeTooLow(operator, stake - amount, needed);
        }
        uint32 ends =
            CLOCK.currentEpoch() + uint32(PARAMETERS.value(INetworkParameters.Parameter.UnbondingEpochs));
        // A wait that has begun is never cut short, also where the parameter has been lowered since.
        if (ends < record.unbondingEndsEpoch) ends = record.unbondingEndsEpoch;
        record.ask.offer.stake = uint96(stake - amount);
        record.unbonding += uint96(amount);
        record.unbondingEndsEpoch = ends;
        emit UnbondingStarted(operator, amount, ends);
    }

    /// @inheritdoc IProviderRegistry
    function withdrawStake(address operator) external {
        Record storage record = _owned(operator);
        uint256 amount = record.unbonding;
        if (amount == 0) revert ProviderRegistryNothingUnbonding(operator);
        uint32 current = CLOCK.currentEpoch();
        if (current < record.unbondingEndsEpoch) {
            revert ProviderRegistryStillUnbonding(operator, record.unbondingEndsEpoch, current);
        }
        record.unbonding = 0;
        emit StakeWithdrawn(operator, msg.sender, amount);
        IERC20(TOKEN).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IProviderRegistry
    function reserve(address[] calldata operators, uint32 sectors)
        external
        onlyMarket
        returns (uint64[] memory prices)
    {
        return _take(operators, sectors, true);
    }

    /// @inheritdoc IProviderRegistry
    function resize(address[] calldata operators, uint32 fromSectors, uint32 toSectors)
        external
        onlyMarket
        returns (uint64[] memory prices)
    {
        if (toSectors > fromSectors) return _take(operators, toSectors - fromSectors, false);
        _give(operators, fromSectors - toSectors);
        return pricesOf(operators);
    }

    /// @inheritdoc IProviderRegistry
    function release(address[] calldata operators, uint32 sectors) external onlyMarket {
        _give(operators, sectors);
    }

    /// @dev Moves sectors from each ask to what is billed, where stake covers them.
    function _take(address[] calldata operators, uint32 sectors, bool newSlot)
        private
        returns (uint64[] memory prices)
    {
        uint256 minimum = PARAMETERS.value(INetworkParameters.Parameter.MinimumStake);
        uint256 perGiB = PARAMETERS.value(INetworkParameters.Parameter.StakePerGiB);
        uint32 epoch = CLOCK.currentEpoch();
        prices = new uint64[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            Asks.Ask storage ask = _layout().records[operators[i]].ask;
            Asks.Offer memory offer = ask.offer;
            if (sectors > offer.freeSectors) {
                // Who is not registered has nothing free either.
                _known(operators[i]);
                revert ProviderRegistryNotEnoughFree(operators[i], sectors, offer.freeSectors);
            }
            if (newSlot && sectors < offer.minSectors) {
                revert ProviderRegistryBelowMinimum(operators[i], sectors, offer.minSectors);
            }
            uint256 needed = _stakeNeeded(uint256(offer.billedSectors) + sectors, minimum, perGiB);
            if (offer.stake < needed) revert ProviderRegistryStakeTooLow(operators[i], offer.stake, needed);
            prices[i] = ask.priceAt(offer, epoch);
            offer.freeSectors -= sectors;
            offer.billedSectors += sectors;
            Asks.write(ask.offer, offer);
        }
    }

    /// @dev Moves billed sectors back to each ask.
    function _give(address[] calldata operators, uint32 sectors) private {
        for (uint256 i; i < operators.length; ++i) {
            Asks.Ask storage ask = _known(operators[i]).ask;
            Asks.Offer memory offer = ask.offer;
            // An ask may be close to the type's limit; giving back must never fail.
            uint32 room = type(uint32).max - offer.freeSectors;
            offer.freeSectors += sectors < room ? sectors : room;
            offer.billedSectors -= sectors;
            Asks.write(ask.offer, offer);
        }
    }

    function _setAddresses(address operator, Record storage record, bytes[] calldata addresses) private {
        if (addresses.length > MAX_ADDRESSES) revert ProviderRegistryTooManyAddresses(addresses.length, MAX_ADDRESSES);
        delete record.addresses;
        for (uint256 i; i < addresses.length; ++i) {
            uint256 length = addresses[i].length;
            if (length == 0 || length > MAX_ADDRESS_BYTES) revert ProviderRegistryAddressLength(i, length);
            record.addresses.push(addresses[i]);
        }
        emit AddressesChanged(operator, addresses);
    }
}
