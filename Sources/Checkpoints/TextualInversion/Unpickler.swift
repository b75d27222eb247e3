import Tensors

/// Reads a pickle without running anything.
///
/// A pickle is a program for a machine with a stack. This machine knows the instructions that `torch.save` writes for dictionaries,
/// numbers, texts and tensors; a name that is not on the list in `PickleGlobal`, or another instruction, ends the reading.
/// Every instruction takes at least one byte and adds at most one value, so that memory is bounded by the file's size.
/// Source: Python's `pickletools.py`, which documents each instruction.
struct Unpickler {
    private let bytes: ArraySlice<UInt8>
    /// The next byte to be read.
    private(set) var position: Int
    private var data = PickledData()
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Reads up to the pickle's end; `position` is behind it then.
    mutating func read() throws(TextualInversionProblem) -> PickledData {
        while true {
            let code = try byte()
            guard let instruction = Instruction(rawValue: code) else {
                throw .pickleInstruction(code, position: position - 1 - bytes.startIndex)
            }
            if instruction == .stop { break }
            try execute(instruction)
        }
        data.root = try pop()
        return data
    }

    // What instructions need

    private func failure(_ expected: String) -> TextualInversionProblem {
        .damagedPickle(position: position - bytes.startIndex, expected: expected)
    }

    private mutating func byte() throws(TextualInversionProblem) -> UInt8 {
        guard position < bytes.endIndex else { throw failure("more") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func number(_ byteCount: Int) throws(TextualInversionProblem) -> Int {
        guard let value = bytes.littleEndian(at: position, count: byteCount) else { throw failure("a number") }
        position += byteCount
        return value
    }

    private mutating func take(_ count: Int) throws(TextualInversionProblem) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else { throw failure("\(count) more bytes") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func text(_ count: Int) throws(TextualInversionProblem) -> PickleValue {
        .string(String(decoding: try take(count), as: UTF8.self))
    }

    private mutating func line() throws(TextualInversionProblem) -> String {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { throw failure("a line") }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    private mutating func pop() throws(TextualInversionProblem) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw failure("a value on the stack") }
        return value
    }

    /// The values since the last mark.
    private mutating func popToMark() throws(TextualInversionProblem) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw failure("a mark on the stack") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func pop(_ count: Int) throws(TextualInversionProblem) -> [PickleValue] {
        var values: [PickleValue] = []
        for _ in 0..<count { values.append(try pop()) }
        return values.reversed()
    }

    private mutating func push(_ kind: PickledData.Container.Kind, _ elements: [PickleValue] = []) {
        data.containers.append(.init(kind: kind, elements: elements))
        stack.append(.container(data.containers.count - 1))
    }

    /// Adds to the container on top of the stack.
    private mutating func append(_ elements: [PickleValue], to kind: PickledData.Container.Kind) throws(TextualInversionProblem) {
        guard stack.count > marks.last ?? 0, case .container(let index)? = stack.last, data.containers[index].kind == kind,
            kind == .list || elements.count.isMultiple(of: 2)
        else { throw failure("a container to add to") }
        data.containers[index].elements += elements
    }

    private mutating func remember(_ key: Int) throws(TextualInversionProblem) {
        guard let value = stack.last else { throw failure("a value to remember") }
        memo[key] = value
    }

    private mutating func recall(_ key: Int) throws(TextualInversionProblem) {
        guard let value = memo[key] else { throw failure("a value that was remembered") }
        stack.append(value)
    }

    private mutating func pushGlobal(module: String, name: String) throws(TextualInversionProblem) {
        guard let global = PickleGlobal(module: module, name: name) else { throw .code(name: "\(module).\(name)") }
        stack.append(.global(global))
    }
}

// The instructions
extension Unpickler {
    private enum Instruction: UInt8 {
        case protocolVersion = 0x80, frame = 0x95, stop = 0x2E
        case mark = 0x28, pop = 0x30, popMark = 0x31
        case none = 0x4E, newTrue = 0x88, newFalse = 0x89
        case integer4 = 0x4A, integer1 = 0x4B, integer2 = 0x4D, long1 = 0x8A, float8 = 0x47
        case unicode4 = 0x58, unicode1 = 0x8C, unicode8 = 0x8D, string4 = 0x54, string1 = 0x55
        case bytes4 = 0x42, bytes1 = 0x43
        case emptyDictionary = 0x7D, setItem = 0x73, setItems = 0x75
        case emptyList = 0x5D, append = 0x61, appends = 0x65
        case emptyTuple = 0x29, tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
        case put1 = 0x71, put4 = 0x72, memoize = 0x94, get1 = 0x68, get4 = 0x6A
        case global = 0x63, stackGlobal = 0x93, reduce = 0x52, newObject = 0x81, build = 0x62, persistent = 0x51
    }

    private mutating func execute(_ instruction: Instruction) throws(TextualInversionProblem) {
        switch instruction {
        case .stop: break
        case .protocolVersion: _ = try byte()
        case .frame: _ = try take(8)
        case .mark: marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popToMark()

        case .none: stack.append(.none)
        case .newTrue: stack.append(.boolean(true))
        case .newFalse: stack.append(.boolean(false))
        case .integer1: stack.append(.integer(try number(1)))
        case .integer2: stack.append(.integer(try number(2)))
        case .integer4: stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
        case .long1: stack.append(Self.long(try take(Int(try byte()))))
        case .float8: stack.append(.number(Double(bitPattern: try take(8).reduce(0) { $0 << 8 | UInt64($1) })))

        case .unicode1, .string1: stack.append(try text(number(1)))
        case .unicode4, .string4: stack.append(try text(number(4)))
        case .unicode8: stack.append(try text(number(8)))
        case .bytes1: _ = try take(number(1)); stack.append(.opaque)
        case .bytes4: _ = try take(number(4)); stack.append(.opaque)

        case .emptyDictionary: push(.dictionary)
        case .setItem: try append(pop(2), to: .dictionary)
        case .setItems: try append(popToMark(), to: .dictionary)
        case .emptyList: push(.list)
        case .append: try append(pop(1), to: .list)
        case .appends: try append(popToMark(), to: .list)
        case .emptyTuple: push(.tuple)
        case .tuple: push(.tuple, try popToMark())
        case .tuple1: push(.tuple, try pop(1))
        case .tuple2: push(.tuple, try pop(2))
        case .tuple3: push(.tuple, try pop(3))

        case .put1: try remember(number(1))
        case .put4: try remember(number(4))
        case .memoize: try remember(memo.count)
        case .get1: try recall(number(1))
        case .get4: try recall(number(4))

        case .global: try pushGlobal(module: line(), name: line())
        case .stackGlobal:
            let names = try pop(2)
            guard case .string(let module) = names[0], case .string(let name) = names[1] else { throw failure("two names") }
            try pushGlobal(module: module, name: name)
        case .reduce, .newObject: try make()
        case .build: try setState()
        case .persistent: try pushStorage()
        }
    }

    /// A whole number of any length, in two's complement.
    private static func long(_ digits: ArraySlice<UInt8>) -> PickleValue {
        guard digits.count <= 8 else { return .opaque }
        let bits = digits.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = 64 - 8 * digits.count
        return .integer(digits.isEmpty ? 0 : Int(Int64(bitPattern: bits << UInt64(unused)) >> Int64(unused)))
    }

    /// Stands for the call of a function or a class in Python.
    private mutating func make() throws(TextualInversionProblem) {
        guard let arguments = data.list(try pop()), case .global(let global) = try pop() else { throw failure("a name and its arguments") }
        switch global {
        case .orderedDictionary where arguments.isEmpty, .parameterDictionary where arguments.isEmpty: push(.dictionary)
        case .set: push(.list)
        case .rebuildParameter:
            guard case .tensor? = arguments.first else { throw failure("a tensor") }
            stack.append(arguments[0])
        case .rebuildTensor: stack.append(try tensor(arguments))
        default: throw failure("arguments that fit")
        }
    }

    private func tensor(_ arguments: [PickleValue]) throws(TextualInversionProblem) -> PickleValue {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else { throw failure("a storage, an offset, a shape and strides") }
        return .tensor(PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides))
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        // Copied into the tensor, so that a long list, taken again and again, must not fill the memory.
        guard let elements = data.list(value), elements.count <= 8 else { return nil }
        let integers = elements.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
        return integers.count == elements.count ? integers : nil
    }

    /// The attributes of an object. Those of a `ParameterDict` hold its tensors; what others add does not matter.
    private mutating func setState() throws(TextualInversionProblem) {
        let state = try pop()
        guard case .container(let object)? = stack.last, data.containers[object].kind == .dictionary else { throw failure("an object") }
        if data.containers[object].elements.isEmpty, let parameters = data.member(PickledData.parameters, of: state) {
            data.containers[object].elements = [.string(PickledData.parameters), parameters]
        }
    }

    /// `('storage', type, key, device, element count, …)`
    private mutating func pushStorage() throws(TextualInversionProblem) {
        guard let description = data.list(try pop()), description.count >= 5, description[0] == .string("storage"),
            case .global(.storage(let type)) = description[1], case .string(let key) = description[2],
            case .integer(let count) = description[4]
        else { throw failure("the description of a storage") }
        let storage = PickledStorage(key: key, elementType: type, elementCount: count)
        data.storages[key] = storage
        stack.append(.storage(storage))
    }
}
