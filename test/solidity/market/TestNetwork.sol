// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Test} from "forge-std/Test.sol";
import {INetworkParameters} from "../../../contracts/src/interfaces/INetworkParameters.sol";
import {NetworkParameters} from "../../../contracts/src/NetworkParameters.sol";
import {ProofOfStorage} from "../../../contracts/src/ProofOfStorage.sol";
import {ProviderRegistry} from "../../../contracts/src/ProviderRegistry.sol";
import {StorageMarket} from "../../../contracts/src/StorageMarket.sol";
import {StorgoToken} from "../../../contracts/src/StorgoToken.sol";

/// @notice What a handler needs to use a network.
struct Network {
    StorgoToken token;
    ProofOfStorage proofs;
    ProviderRegistry registry;
    StorageMarket market;
    address[] providers;
    address[] clients;
}

/// @notice All contracts behind their proxies, wired as Ignition wires them, with providers and clients.
abstract contract TestNetwork is Test {
    uint32 private constant EPOCH_BLOCKS = 30;
    uint256 private constant STAKE = 100_000 ether;
    bytes32 private constant OPERATOR_TYPEHASH = keccak256("Operator(address owner,uint256 deadline)");

    /// @dev x ‖ y of the private keys 1 to 9: Hardhat signs with a key but does not tell its public half.
    bytes private constant PUBLIC_KEYS =
        hex"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
        hex"c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee51ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a"
        hex"f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9388f7b0f632de8140fe337e62a37f3566500a99934c2231b6cb9fd7584b8e672"
        hex"e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd1351ed993ea0d455b75642e2098ea51448d967ae33bfbdfe40cfe97bdc47739922"
        hex"2f8bde4d1a07209355b4a7250a5c5128e88b84bddc619ab7cba8d569b240efe4d8ac222636e5e3d6d4dba9dda6c9c426f788271bab0d6840dca87d3aa6ac62d6"
        hex"fff97bd5755eeea420453a14355235d382f6472f8568a18b2f057a1460297556ae12777aacfbb620f3be96017f45c560de80f0f6518fe4a03c870c36b075f297"
        hex"5cbdf0646e5db4eaa398f365f2ea7a0e3d419b7e0330e39ce92bddedcac4f9bc6aebca40ba255960a3178d6d861a54dba813d0b813fde7b5a5082628087264da"
        hex"2f01e5e15cca351daff3843fb70f3c2f0a1bdd05e5af888a67784ef3e10a2a015c4da8a741539949293d082a132d13b4c2e213d6ba5b7617b5da2cb76cbde904"
        hex"acd484e2f0c7f65309ad178a9f559abde09796974c57e714c35f110dfc27ccbecc338921b0a7d9fd64380971763b61e9add888a4375f8e0f05cc262ac64f9c37";

    StorgoToken private token;
    ProofOfStorage private proofs;
    ProviderRegistry private registry;
    StorageMarket private market;
    address[] private providers;
    address[] private clients;

    function _deployNetwork(uint256 providerCount) internal returns (Network memory) {
        _deploy();
        for (uint256 number = 1; number <= providerCount; ++number) _addProvider(number);
        _addClient("first client");
        _addClient("second client");
        return Network(token, proofs, registry, market, providers, clients);
    }

    function _deploy() private {
        token = StorgoToken(
            _proxy(
                address(new StorgoToken()),
                abi.encodeCall(StorgoToken.initialize, (address(this), address(this), 1_000_000_000 ether))
            )
        );
        uint96[] memory values = new uint96[](7);
        (values[0], values[1], values[2]) = (20, 1000 ether, 10 ether);
        (values[3], values[4], values[5], values[6]) = (4, 2, 2, 4);
        NetworkParameters parameters = NetworkParameters(
            _proxy(
                address(new NetworkParameters()), abi.encodeCall(NetworkParameters.initialize, (address(this), values))
            )
        );
        proofs = ProofOfStorage(
            _proxy(
                address(new ProofOfStorage(INetworkParameters(address(parameters)))),
                abi.encodeCall(ProofOfStorage.initialize, (address(this)))
            )
        );
        registry = ProviderRegistry(
            _proxy(
                address(new ProviderRegistry(address(token), parameters, proofs)),
                abi.encodeCall(ProviderRegistry.initialize, (address(this)))
            )
        );
        market = StorageMarket(
            _proxy(
                address(new StorageMarket(address(token), registry, proofs, parameters)),
                abi.encodeCall(StorageMarket.initialize, (address(this)))
            )
        );
        parameters.startClock(address(proofs), EPOCH_BLOCKS, 2);
        proofs.setMarket(address(market));
        registry.setMarket(address(market));
    }

    /// @dev An operator that owns itself, with a price of its own. The numbers go from 1 to 9.
    function _addProvider(uint256 number) private {
        address operator = vm.addr(number);
        token.transfer(operator, STAKE);
        vm.startPrank(operator);
        token.approve(address(registry), STAKE);
        registry.register(_publicKey(number), new bytes[](0), STAKE, type(uint256).max, _consent(operator, number));
        registry.setAsk(operator, uint64(1e9 + number * 1_000_003), 1_000_000, 1);
        vm.stopPrank();
        providers.push(operator);
    }

    function _addClient(string memory name) private {
        address client = makeAddr(name);
        token.transfer(client, 1000 ether);
        vm.prank(client);
        token.approve(address(market), type(uint256).max);
        clients.push(client);
    }

    function _publicKey(uint256 number) private pure returns (bytes memory key) {
        key = new bytes(64);
        for (uint256 i; i < 64; ++i) key[i] = PUBLIC_KEYS[(number - 1) * 64 + i];
    }

    function _consent(address operator, uint256 privateKey) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Storgo"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 structHash = keccak256(abi.encode(OPERATOR_TYPEHASH, operator, type(uint256).max));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(privateKey, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function _proxy(address implementation, bytes memory initialization) private returns (address) {
        return address(new ERC1967Proxy(implementation, initialization));
    }
}
