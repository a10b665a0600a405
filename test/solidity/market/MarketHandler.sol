// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IStorageMarket} from "../../../contracts/src/interfaces/IStorageMarket.sol";
import {ProofOfStorage} from "../../../contracts/src/ProofOfStorage.sol";
import {ProviderRegistry} from "../../../contracts/src/ProviderRegistry.sol";
import {StorageMarket} from "../../../contracts/src/StorageMarket.sol";
import {StorgoToken} from "../../../contracts/src/StorgoToken.sol";
import {Network} from "./TestNetwork.sol";

/// @notice Clients and providers that use the market at random, and the checks of what must hold meanwhile.
contract MarketHandler is Test {
    uint64 private constant MAX_VOLUMES = 10;
    uint32 private constant GRACE = 2;
    uint256 private constant SAMPLES = 20;
    uint32 private constant FREE_SECTORS = 1_000_000;

    StorgoToken private immutable token;
    ProofOfStorage private immutable proofs;
    ProviderRegistry private immutable registry;
    StorageMarket private immutable market;
    address[] private providers;
    address[] private clients;
    /// @dev What each slot costs in an epoch, noted when the epoch has begun and nothing can change it any more.
    mapping(uint64 volumeId => mapping(uint256 slot => mapping(uint32 epoch => uint256))) private billed;
    mapping(address provider => uint256) private frozenSectors;
    /// @dev Bit j: slot j has been dismissed.
    mapping(uint64 volumeId => uint256) private dismissed;

    constructor(Network memory network) {
        (token, proofs, registry, market) = (network.token, network.proofs, network.registry, network.market);
        (providers, clients) = (network.providers, network.clients);
    }

    /// @dev Providers are drawn one by one, so that one may come twice.
    function open(uint256 client, uint256 draw, uint8 n, uint32 sectors, uint32 epochs) external {
        if (market.volumeCount() == MAX_VOLUMES) return;
        n = uint8(bound(n, 1, providers.length));
        address[] memory chosen = new address[](n);
        bool twice;
        for (uint256 i; i < n; ++i) {
            // Mostly one after the other, seldom any.
            uint256 own = uint256(keccak256(abi.encode(draw, i)));
            chosen[i] = providers[(own % 32 == 0 ? own >> 8 : draw % providers.length + i) % providers.length];
            for (uint256 j; j < i; ++j) if (chosen[i] == chosen[j]) twice = true;
        }
        // Mostly with parity, so that slots can be dismissed.
        uint8 k = uint8(draw >> 8) % n + 1;
        IStorageMarket.OpenParams memory params = IStorageMarket.OpenParams({
            k: k,
            m: n - k,
            sectors: uint32(bound(sectors, 1, 1000)),
            epochs: uint32(bound(epochs, 1, 6)),
            providers: chosen,
            maxPricePerEpoch: type(uint256).max,
            sessionKey: address(this),
            sessionKeyExpiry: 0
        });
        vm.prank(clients[client % clients.length]);
        if (twice) vm.expectPartialRevert(IStorageMarket.StorageMarketDuplicateProvider.selector);
        market.open(params);
    }

    function topUp(uint64 draw, uint32 epochs) external {
        (uint64 id, IStorageMarket.Volume memory volume) = _pick(draw);
        uint32 epoch = proofs.currentEpoch();
        if (id == 0 || volume.closed || epoch >= volume.endEpoch + GRACE) return;
        uint32 least = epoch < volume.endEpoch ? 1 : epoch + 1 - volume.endEpoch;
        vm.prank(volume.owner);
        market.topUp(id, uint32(bound(epochs, least, least + 5)), type(uint256).max);
    }

    function resize(uint64 draw, uint32 sectors) external {
        (uint64 id, IStorageMarket.Volume memory volume) = _pick(draw);
        if (id == 0 || volume.closed || proofs.currentEpoch() >= volume.endEpoch) return;
        vm.prank(volume.owner);
        market.resize(id, uint32(bound(sectors, 1, 1000)), type(uint256).max);
    }

    function dismiss(uint64 draw, uint8 slot) external {
        (uint64 id, IStorageMarket.Volume memory volume) = _pick(draw);
        if (id == 0 || volume.closed || proofs.currentEpoch() >= volume.endEpoch) return;
        uint8 n = volume.k + volume.m;
        slot %= n;
        uint256 left = n - 1;
        for (uint256 i; i < n; ++i) left -= dismissed[id] >> i & 1;
        vm.prank(volume.owner);
        if (dismissed[id] >> slot & 1 != 0) {
            vm.expectRevert(abi.encodeWithSelector(IStorageMarket.StorageMarketSlotVacant.selector, id, slot));
        } else if (left < volume.k + (uint256(volume.m) + 1) / 2) {
            vm.expectPartialRevert(IStorageMarket.StorageMarketTooFewSlots.selector);
        } else {
            dismissed[id] |= 1 << slot;
        }
        market.dismiss(id, slot);
    }

    function close(uint64 draw) external {
        (uint64 id, IStorageMarket.Volume memory volume) = _pick(draw);
        // One in four, so that volumes live on.
        if (id == 0 || volume.closed || draw & 0x300 != 0) return;
        vm.prank(volume.owner);
        market.close(id);
    }

    function expire(uint64 draw) external {
        (uint64 id, IStorageMarket.Volume memory volume) = _pick(draw);
        if (id == 0 || volume.closed || proofs.currentEpoch() < volume.endEpoch + GRACE) return;
        market.expire(id);
    }

    function settle(uint64 draw, uint32 mask) external {
        (uint64 id, IStorageMarket.Volume memory volume) = _pick(draw);
        if (id == 0) return;
        market.settle(id, mask & uint32((uint256(1) << (volume.k + volume.m)) - 1));
    }

    function setAsk(uint256 provider, uint64 price) external {
        address operator = providers[provider % providers.length];
        vm.prank(operator);
        registry.setAsk(operator, uint64(bound(price, 0, 1e12)), FREE_SECTORS, 1);
    }

    function withdraw(uint256 client) external {
        address account = clients[client % clients.length];
        if (market.credit(account) == 0) return;
        vm.prank(account);
        market.withdraw();
    }

    function withdrawEarnings(uint256 provider) external {
        address operator = providers[provider % providers.length];
        if (market.earnings(operator) != 0) market.withdrawEarnings(operator);
    }

    /// @dev Some of the providers prove, then an epoch or more go by.
    function nextEpoch(bytes32 randao, uint256 provers, uint8 by) external {
        uint32 epoch = proofs.currentEpoch();
        _storeSeed(randao);
        for (uint256 i; i < providers.length; ++i) {
            if (provers >> i & 1 == 0 || proofs.billedSectors(providers[i]) == 0) continue;
            vm.prank(providers[i]);
            proofs.prove(epoch, "", _emptySamples());
        }
        for (uint256 left = bound(by, 1, 8) / 4 + 1; left != 0; --left) _pass();
    }

    function checkHoldings() public view {
        uint256 owed;
        for (uint64 id = 1; id <= market.volumeCount(); ++id) owed += market.volume(id).escrow;
        for (uint256 i; i < clients.length; ++i) owed += market.credit(clients[i]);
        for (uint256 i; i < providers.length; ++i) owed += market.earnings(providers[i]);
        assertEq(token.balanceOf(address(market)), owed);
    }

    /// @dev What a proof of every epoch that is funded and not settled would still earn.
    function checkEscrow() external view {
        uint32 epoch = proofs.currentEpoch();
        for (uint64 id = 1; id <= market.volumeCount(); ++id) {
            IStorageMarket.Volume memory volume = market.volume(id);
            IStorageMarket.Slot[] memory slots = market.slots(id);
            uint256 earnable;
            for (uint256 i; i < slots.length; ++i) {
                for (uint32 e = slots[i].settledEpoch; e < volume.endEpoch; ++e) {
                    earnable += e <= epoch ? billed[id][i][e] : slots[i].nextPricePerEpoch;
                }
            }
            assertEq(volume.escrow, earnable);
        }
    }

    /// @dev Books, asks and volumes agree on who holds how much; no volume has two slots at a provider.
    function checkBooks() external view {
        for (uint256 i; i < providers.length; ++i) {
            address operator = providers[i];
            uint256 reserved;
            for (uint64 id = 1; id <= market.volumeCount(); ++id) {
                if (market.volume(id).closed) continue;
                IStorageMarket.Slot[] memory slots = market.slots(id);
                uint256 held;
                for (uint256 j; j < slots.length; ++j) {
                    if (slots[j].provider == operator && dismissed[id] >> j & 1 == 0) ++held;
                }
                assertLe(held, 1);
                reserved += held * market.volume(id).sectors;
            }
            assertEq(registry.provider(operator).billedSectors, reserved);
            assertEq(proofs.billedSectors(operator), frozenSectors[operator], "a change reached the current epoch");
            uint256 next;
            uint32 size = proofs.bookSize(operator);
            for (uint32 j; j < size; ++j) next += proofs.book(operator, j, 1)[0].nextSectors;
            assertEq(next, reserved);
        }
    }

    /// @dev Closes and settles all volumes and pays everybody: nobody comes away short and nothing is left.
    function windUp() external {
        for (uint64 id = 1; id <= market.volumeCount(); ++id) {
            if (market.volume(id).closed) continue;
            vm.prank(market.volume(id).owner);
            market.close(id);
        }
        _pass();
        for (uint64 id = 1; id <= market.volumeCount(); ++id) {
            market.settle(id, uint32((uint256(1) << market.slots(id).length) - 1));
            assertEq(market.volume(id).escrow, 0);
        }
        checkHoldings();
        for (uint256 i; i < clients.length; ++i) {
            if (market.credit(clients[i]) == 0) continue;
            vm.prank(clients[i]);
            market.withdraw();
        }
        for (uint256 i; i < providers.length; ++i) {
            if (market.earnings(providers[i]) != 0) market.withdrawEarnings(providers[i]);
            assertEq(registry.provider(providers[i]).billedSectors, 0);
            assertEq(proofs.billedSectors(providers[i]), 0);
        }
        assertEq(token.balanceOf(address(market)), 0);
    }

    /// @dev Goes to the next epoch and notes what it bills.
    function _pass() private {
        uint32 epoch = proofs.currentEpoch() + 1;
        vm.roll(proofs.firstBlock(epoch));
        for (uint256 i; i < providers.length; ++i) frozenSectors[providers[i]] = proofs.billedSectors(providers[i]);
        for (uint64 id = 1; id <= market.volumeCount(); ++id) {
            IStorageMarket.Slot[] memory slots = market.slots(id);
            for (uint256 i; i < slots.length; ++i) {
                billed[id][i][epoch] =
                    epoch < slots[i].changeEpoch ? slots[i].pricePerEpoch : slots[i].nextPricePerEpoch;
            }
        }
    }

    /// @dev Stores the current epoch's seed, from a header that has nothing but the RANDAO value.
    function _storeSeed(bytes32 randao) private {
        uint32 epoch = proofs.currentEpoch();
        uint256 seedBlock = proofs.seedBlock(epoch);
        if (block.number <= seedBlock) vm.roll(seedBlock + 1);
        // A list of 46 bytes: thirteen empty strings, then one of 32 bytes.
        bytes memory header = abi.encodePacked(hex"ee", hex"80808080808080808080808080", hex"a0", randao);
        vm.setBlockhash(seedBlock, keccak256(header));
        proofs.storeSeed(epoch, header);
    }

    /// @dev Every sample shown from the implicit empty state.
    function _emptySamples() private pure returns (bytes memory samples) {
        samples = new bytes(2 * SAMPLES);
        for (uint256 i; i < samples.length; ++i) samples[i] = 0xff;
    }

    /// @return id One of the volumes, or 0 while there is none.
    function _pick(uint64 draw) private view returns (uint64 id, IStorageMarket.Volume memory volume) {
        uint64 count = market.volumeCount();
        if (count == 0) return (0, volume);
        id = draw % count + 1;
        volume = market.volume(id);
    }
}
