#if Fleet
    internal import CNATS
    internal import Files
    internal import Foundation
    internal import Synchronization

    /// A connection of libnats. Its calls may block, so they run on a queue of their own.
    actor NATSConnection {
        typealias Subscription = Int

        private let executor = QueueExecutor(label: "easel.nats")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        private let state: NATSState
        /// nil before the connection is made, and after it was closed. The corresponding C type is `natsConnection`.
        private var handle: OpaquePointer?
        private var subscriptions: [Subscription: OpaquePointer] = [:]
        private var stateKey: Int?

        init(state: NATSState) { self.state = state }

        // Isolated: closing waits for threads of the library, and the last reference may go on one of them.
        isolated deinit {
            close()
            if let stateKey { connections.remove(stateKey) }
        }

        func connect(_ options: NATSOptions) throws(BusError) {
            _ = twoDeliveryThreads
            let key = connections.add(state)
            stateKey = key
            var status = try makeConnection(options, waits: false, key)
            // libnats 3.4 leaves out a signature whose first byte is 0, one in 256; the next attempt has another to make.
            for _ in 1...2 where status == NATS_CONNECTION_AUTH_FAILED && options.credentials.signs {
                status = try makeConnection(options, waits: false, key)
            }
            if status == NATS_NO_SERVER, options.waitsForServer { status = try makeConnection(options, waits: true, key) }
            switch status {
            case NATS_OK: state.connected(server: handle.map(connectedServer) ?? "")
            case NATS_NOT_YET_CONNECTED:
                state.disconnected(reason: "NATS cannot be reached at \(options.servers.joined(separator: ", "))")
            case NATS_CONNECTION_AUTH_FAILED: throw .notAccepted(servers: options.servers)
            case NATS_SSL_ERROR, NATS_SECURE_CONNECTION_REQUIRED, NATS_SECURE_CONNECTION_WANTED:
                throw .untrusted(servers: options.servers, reason: lastErrorText(status))
            default: throw .notConnected(servers: options.servers, reason: lastErrorText(status))
            }
        }

        func publish(_ message: BusMessage) throws(BusError) {
            let handle = try connectedHandle()
            var created: OpaquePointer?
            let count = Int32(exactly: message.body.count)
            guard let count else { throw .tooLarge(subject: message.subject, bytes: message.body.count) }
            var status = message.body.withUnsafeBytes {
                natsMsg_Create(&created, message.subject, message.replySubject, $0.baseAddress?.assumingMemoryBound(to: CChar.self), count)
            }
            defer { natsMsg_Destroy(created) }
            for (name, value) in message.headers where status == NATS_OK { status = natsMsgHeader_Set(created, name, value) }
            if status == NATS_OK { status = natsConnection_PublishMsg(handle, created) }
            guard status == NATS_OK else { throw error(status, subject: message.subject, bytes: message.body.count) }
        }

        /// Hands every message to a closure, which must not wait.
        func subscribe(_ subject: String, _ receive: @escaping @Sendable (BusMessage) -> Void) throws(BusError) -> Subscription {
            // Made without a connection too: the library tells the server when there is one.
            guard let handle, !natsConnection_IsClosed(handle) else { throw state.obstacle ?? .closed(reason: "it was closed") }
            let key = listeners.add(receive)
            var subscription: OpaquePointer?
            let status = natsConnection_Subscribe(
                &subscription, handle, subject,
                { _, _, message, key in
                    guard let message else { return }
                    defer { natsMsg_Destroy(message) }
                    listeners[Int(bitPattern: key)]?(BusMessage(message))
                }, UnsafeMutableRawPointer(bitPattern: key))
            guard status == NATS_OK, let subscription else {
                listeners.remove(key)
                throw error(status, subject: subject, bytes: 0)
            }
            subscriptions[key] = subscription
            return key
        }

        func end(_ subscription: Subscription) {
            listeners.remove(subscription)
            natsSubscription_Destroy(subscriptions.removeValue(forKey: subscription))
        }

        func close() {
            for key in Array(subscriptions.keys) { end(key) }
            guard let handle else { return }
            self.handle = nil
            if natsConnection_Status(handle) == NATS_CONN_STATUS_CONNECTED { natsConnection_FlushTimeout(handle, 2000) }
            natsConnection_Destroy(handle)
        }

        /// Sends nothing that would lie in the library until there is a connection: who asked would have stopped waiting by then.
        private func connectedHandle() throws(BusError) -> OpaquePointer {
            guard let handle else { throw state.obstacle ?? .closed(reason: "it was closed") }
            guard natsConnection_Status(handle) == NATS_CONN_STATUS_CONNECTED else {
                throw state.obstacle ?? .disconnected(reason: "it was lost")
            }
            return handle
        }

        private func makeConnection(_ options: NATSOptions, waits: Bool, _ key: Int) throws(BusError) -> natsStatus {
            var created: OpaquePointer?
            guard natsOptions_Create(&created) == NATS_OK, let settings = created else { throw .library("out of memory") }
            defer { natsOptions_Destroy(settings) }
            try options.apply(to: settings, waits: waits, UnsafeMutableRawPointer(bitPattern: key))
            return natsConnection_Connect(&handle, settings)
        }

        private func error(_ status: natsStatus, subject: String, bytes: Int) -> BusError {
            switch status {
            case NATS_MAX_PAYLOAD: .tooLarge(subject: subject, bytes: bytes)
            case NATS_NOT_PERMITTED: .notPermitted(subject: subject)
            case NATS_INVALID_SUBJECT: .invalidSubject(subject)
            case NATS_CONNECTION_CLOSED: state.obstacle ?? .closed(reason: "it was closed")
            case NATS_CONNECTION_DISCONNECTED, NATS_IO_ERROR, NATS_INSUFFICIENT_BUFFER, NATS_TIMEOUT:
                state.obstacle ?? .disconnected(reason: "it was lost")
            default: .library(lastErrorText(status))
            }
        }
    }

    /// Values that the library gets as numbers: a callback that comes late finds nothing, instead of memory that was freed.
    private final class Registry<Value: Sendable>: Sendable {
        private let values = Mutex<(last: Int, byKey: [Int: Value])>((0, [:]))

        func add(_ value: Value) -> Int {
            values.withLock { values in
                values.last += 1
                values.byKey[values.last] = value
                return values.last
            }
        }

        func remove(_ key: Int) { _ = values.withLock { $0.byKey.removeValue(forKey: key) } }

        subscript(key: Int) -> Value? { values.withLock { $0.byKey[key] } }
    }

    private let connections = Registry<NATSState>()
    private let listeners = Registry<@Sendable (BusMessage) -> Void>()

    /// The number of threads that hand on messages, for all connections. Without it every subscription would have one.
    private let twoDeliveryThreads: Void = { _ = nats_SetMessageDeliveryPoolSize(2) }()

    extension NATSOptions {
        /// - Parameter key: comes back with each callback.
        fileprivate func apply(to settings: OpaquePointer, waits: Bool, _ key: UnsafeMutableRawPointer?) throws(BusError) {
            let usesTLS = try usesTLS()
            let addresses = servers.map { strdup($0) }
            defer { for address in addresses { free(address) } }
            var pointers = addresses.map { UnsafePointer($0) }
            try check(natsOptions_SetServers(settings, &pointers, Int32(pointers.count)), "the addresses")
            try check(natsOptions_SetName(settings, name), "the name")
            try check(natsOptions_UseGlobalMessageDelivery(settings, true), "a setting")
            try check(natsOptions_SetTimeout(settings, 3000), "a setting")
            try check(natsOptions_SetWriteDeadline(settings, 10_000), "a setting")
            try check(natsOptions_SetMaxReconnect(settings, -1), "a setting")
            try check(natsOptions_SetReconnectWait(settings, 200), "a setting")
            try check(natsOptions_SetReconnectJitter(settings, 100, 100), "a setting")
            try check(natsOptions_SetPingInterval(settings, 5000), "a setting")
            try check(natsOptions_SetMaxPingsOut(settings, 2), "a setting")
            try check(natsOptions_SetFailRequestsOnDisconnect(settings, true), "a setting")
            if waits { try check(natsOptions_SetRetryOnFailedConnect(settings, true, isConnected, key), "a setting") }
            try check(natsOptions_SetReconnectedCB(settings, isConnected, key), "a setting")
            try check(natsOptions_SetDisconnectedCB(settings, isDisconnected, key), "a setting")
            try check(natsOptions_SetClosedCB(settings, isClosed, key), "a setting")
            try check(natsOptions_SetErrorHandler(settings, hasFailed, key), "a setting")
            try applyCredentials(to: settings)
            guard usesTLS else { return }
            try check(natsOptions_SetSecure(settings, true), "TLS")
            if let caFile, natsOptions_LoadCATrustedCertificates(settings, caFile) != NATS_OK {
                throw .invalidFile(path: caFile, reason: "It has no certificates in PEM form, or cannot be read.")
            }
            if let hostName { try check(natsOptions_SetExpectedHostname(settings, hostName), "the host name") }
        }

        private func applyCredentials(to settings: OpaquePointer) throws(BusError) {
            switch credentials {
            case .none: break
            case .user(let name, let password): try check(natsOptions_SetUserInfo(settings, name, password), "the user")
            case .credentials(let file):
                guard access(file, R_OK) == 0 else { throw .invalidFile(path: file, reason: "It cannot be read.") }
                try check(natsOptions_SetUserCredentialsFromFiles(settings, file, nil), "the credentials")
            case .key(let file):
                let key = try UserKey(seedFile: file)
                try check(natsOptions_SetNKeyFromSeed(settings, key.publicKey, file), "the key")
            }
        }

        private func check(_ status: natsStatus, _ what: String) throws(BusError) {
            guard status != NATS_OK else { return }
            throw .library("it does not take \(what) (\(lastErrorText(status)))")
        }
    }

    private let isConnected: natsConnectionHandler = { connection, key in
        guard let connection else { return }
        connections[Int(bitPattern: key)]?.connected(server: connectedServer(connection))
    }

    private let isDisconnected: natsConnectionHandler = { connection, key in
        connections[Int(bitPattern: key)]?.disconnected(reason: connection.flatMap(errorText) ?? "it was lost")
    }

    private let isClosed: natsConnectionHandler = { connection, key in
        connections[Int(bitPattern: key)]?.close(reason: connection.flatMap(errorText) ?? "the library gave up")
    }

    private let hasFailed: natsErrHandler = { connection, _, status, key in
        let text = connection.flatMap(errorText) ?? String(cString: natsStatus_GetText(status))
        // The server writes: Permissions Violation for Publish to "a.b"
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        let subject = status == NATS_NOT_PERMITTED && parts.count >= 3 ? String(parts[1]) : nil
        connections[Int(bitPattern: key)]?.warned(subject: subject, reason: text)
    }

    private func connectedServer(_ connection: OpaquePointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            guard let start = buffer.baseAddress, natsConnection_GetConnectedUrl(connection, start, buffer.count) == NATS_OK
            else { return "" }
            return String(cString: start)
        }
    }

    /// nil when the connection has no error.
    private func errorText(_ connection: OpaquePointer) -> String? {
        var text: UnsafePointer<CChar>?
        guard natsConnection_GetLastError(connection, &text) != NATS_OK, let text else { return nil }
        let words = String(cString: text)
        return words.isEmpty ? nil : words
    }

    /// Explains the last failure on this thread.
    private func lastErrorText(_ status: natsStatus) -> String {
        var last = NATS_OK
        if let text = nats_GetLastError(&last), last == status, text.pointee != 0 { return String(cString: text) }
        return natsStatus_GetText(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
    }

    extension BusMessage {
        /// Copies a `natsMsg`.
        fileprivate init(_ message: OpaquePointer) {
            let count = Int(natsMsg_GetDataLength(message))
            let body = count > 0 ? natsMsg_GetData(message).map { Array(UnsafeRawBufferPointer(start: $0, count: count)) } : nil
            self.init(
                natsMsg_GetSubject(message).map { String(cString: $0) } ?? "", headers: Self.headers(message), body: body ?? [],
                replySubject: natsMsg_GetReply(message).map { String(cString: $0) })
        }

        private static func headers(_ message: OpaquePointer) -> [String: String] {
            var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
            var count: Int32 = 0
            guard natsMsgHeader_Keys(message, &names, &count) == NATS_OK, let names else { return [:] }
            defer { free(names) }
            var headers: [String: String] = [:]
            for name in UnsafeBufferPointer(start: names, count: Int(count)) {
                var value: UnsafePointer<CChar>?
                guard let name, natsMsgHeader_Get(message, name, &value) == NATS_OK, let value else { continue }
                headers[String(cString: name)] = String(cString: value)
            }
            return headers
        }
    }
#endif
