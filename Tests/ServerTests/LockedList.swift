import Synchronization

/// A list that several tasks add to.
final class LockedList: Sendable {
    private let list = Mutex<[String]>([])
    var items: [String] { list.withLock { $0 } }
    func add(_ item: String) { list.withLock { $0.append(item) } }
}
