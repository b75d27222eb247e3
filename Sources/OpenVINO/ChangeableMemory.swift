/// Memory that others can change while a model reads from it, such as a mapped file.
///
/// The owner of such memory, given to `Tensor.init(bytes:owner:)`, is asked after each call that reads constants.
public protocol ChangeableMemory: AnyObject, Sendable {
    /// A sentence on how the memory is no longer what it was; nil while it is.
    var change: String? { get }
}

/// Makes a call that reads constants from the memory of `owners`.
/// - Throws: what the call throws; `.memoryChanged` instead of any answer or error when the memory is not what it was.
func reading<Result>(
    _ owners: [any AnyObject & Sendable], _ call: () throws(OpenVINOError) -> Result
) throws(OpenVINOError) -> Result {
    do {
        let result = try call()
        try requireUnchanged(owners)
        return result
    } catch {
        try requireUnchanged(owners)
        throw error
    }
}

/// - Throws: `.memoryChanged` when the memory of one owner is not what it was.
func requireUnchanged(_ owners: [any AnyObject & Sendable]) throws(OpenVINOError) {
    for owner in owners {
        if let change = (owner as? any ChangeableMemory)?.change { throw .memoryChanged(change) }
    }
}
