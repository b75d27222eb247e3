import Tensors

/// Reads a pickle without running anything.
///
/// A pickle is a program for a machine with a stack. This machine knows the instructions that `torch.save` writes for dictionaries,
/// numbers, texts and tensors; a name that is not on the list in `PickleName`, or another instruction, ends the reading.
/// Every instruction adds at most one value, and their number is limited; values that are copied are counted. That bounds the memory.
/// Source: Python's `pickletools.py`, which documents each instruction.
struct Unpickler {
    static let mostMarks = 10_000
    static let longestLine = 4096

    private let bytes: ArraySlice<UInt8>
    /// The next byte to be read.
    private(set) var position: Int
    private var data = PickledData()
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// Values that calls may still copy or look at.
    private var copiesLeft: Int
    private let mostInstructions: Int

    /// - Parameter mostInstructions: a longer pickle is refused. A checkpoint of a thousand tensors has 60,000.
    init(_ bytes: ArraySlice<UInt8>, mostInstructions: Int = 4_000_000) {
        self.mostInstructions = mostInstructions
        self.bytes = bytes
        position = bytes.startIndex
        copiesLeft = bytes.count
    }

    /// Reads up to the pickle's end; `position` is behind it then.
    mutating func read() throws(TorchFileProblem) -> PickledData {
        for _ in 0..<mostInstructions {
            let code = try byte()
            guard let instruction = Instruction(rawValue: code) else {
                throw .instruction(code, position: position - 1 - bytes.startIndex)
            }
            if instruction == .stop {
                data.root = try pop()
                return data
            }
            try execute(instruction)
            guard marks.count <= Self.mostMarks else { throw .excessive("more than \(Self.mostMarks) marks in its pickle") }
        }
        throw .excessive("more than \(mostInstructions) instructions in its pickle")
    }

    // What instructions need

    private func failure(_ expected: String) -> TorchFileProblem {
        .damagedPickle(position: position - bytes.startIndex, expected: expected)
    }

    private mutating func byte() throws(TorchFileProblem) -> UInt8 {
        guard position < bytes.endIndex else { throw failure("more") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func number(_ byteCount: Int) throws(TorchFileProblem) -> Int {
        guard let value = bytes.littleEndian(at: position, count: byteCount) else { throw failure("a number") }
        position += byteCount
        return value
    }

    private mutating func take(_ count: Int) throws(TorchFileProblem) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else { throw failure("\(count) more bytes") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func text(_ count: Int) throws(TorchFileProblem) -> PickleValue {
        .string(String(decoding: try take(count), as: UTF8.self))
    }

    private mutating func line() throws(TorchFileProblem) -> String {
        guard let end = bytes[position...].prefix(Self.longestLine).firstIndex(of: UInt8(ascii: "\n")) else { throw failure("a line") }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    /// The number that a line spells.
    private mutating func spelledNumber() throws(TorchFileProblem) -> Int {
        guard let number = Int(try line()) else { throw failure("a number") }
        return number
    }

    private mutating func pop() throws(TorchFileProblem) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw failure("a value on the stack") }
        return value
    }

    /// The values since the last mark.
    private mutating func popToMark() throws(TorchFileProblem) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw failure("a mark on the stack") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func pop(_ count: Int) throws(TorchFileProblem) -> [PickleValue] {
        var values: [PickleValue] = []
        for _ in 0..<count { values.append(try pop()) }
        return values.reversed()
    }

    private mutating func push(_ kind: PickledData.Container.Kind, _ elements: [PickleValue] = []) {
        stack.append(container(kind, elements))
    }

    private mutating func container(_ kind: PickledData.Container.Kind, _ elements: [PickleValue]) -> PickleValue {
        data.containers.append(.init(kind: kind, elements: elements))
        return .container(data.containers.count - 1)
    }

    /// Adds to the container on top of the stack. Objects that are of no use take anything.
    private mutating func append(_ elements: [PickleValue], to kind: PickledData.Container.Kind) throws(TorchFileProblem) {
        guard stack.count > marks.last ?? 0, let top = stack.last else { throw failure("a container to add to") }
        if top == .opaque { return }
        guard case .container(let index) = top, data.containers[index].kind == kind, kind == .list || elements.count.isMultiple(of: 2)
        else { throw failure("a container to add to") }
        data.containers[index].elements += elements
    }

    private mutating func remember(_ key: Int) throws(TorchFileProblem) {
        guard let value = stack.last else { throw failure("a value to remember") }
        memo[key] = value
    }

    private mutating func recall(_ key: Int) throws(TorchFileProblem) {
        guard let value = memo[key] else { throw failure("a value that was remembered") }
        stack.append(value)
    }

    private mutating func pushName(module: String, name: String) throws(TorchFileProblem) {
        guard let known = PickleName(module: module, name: name) else { throw .code(name: "\(module).\(name)") }
        stack.append(known == .opaque ? .opaque : .name(known))
    }
}

// The instructions
extension Unpickler {
    private enum Instruction: UInt8 {
        case protocolVersion = 0x80, frame = 0x95, stop = 0x2E
        case mark = 0x28, pop = 0x30, popMark = 0x31, duplicate = 0x32
        case none = 0x4E, newTrue = 0x88, newFalse = 0x89
        case integer4 = 0x4A, integer1 = 0x4B, integer2 = 0x4D, integerLine = 0x49, long1 = 0x8A, float8 = 0x47
        case unicode4 = 0x58, unicode1 = 0x8C, unicode8 = 0x8D, string4 = 0x54, string1 = 0x55
        case bytes4 = 0x42, bytes1 = 0x43, bytes8 = 0x8E
        case emptyDictionary = 0x7D, dictionary = 0x64, setItem = 0x73, setItems = 0x75
        case emptyList = 0x5D, list = 0x6C, append = 0x61, appends = 0x65, emptySet = 0x8F, addItems = 0x90
        case emptyTuple = 0x29, tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
        case putLine = 0x70, put1 = 0x71, put4 = 0x72, memoize = 0x94, getLine = 0x67, get1 = 0x68, get4 = 0x6A
        case global = 0x63, stackGlobal = 0x93, reduce = 0x52, newObject = 0x81, newObjectWithNames = 0x92, build = 0x62
        case persistent = 0x51
    }

    private mutating func execute(_ instruction: Instruction) throws(TorchFileProblem) {
        switch instruction {
        case .stop: break
        case .protocolVersion: guard try number(1) <= 5 else { throw failure("protocol 5 or an older one") }
        case .frame: _ = try take(8)
        case .mark: marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popToMark()
        case .duplicate:
            let value = try pop()
            stack += [value, value]

        case .none: stack.append(.none)
        case .newTrue, .newFalse: stack.append(.opaque)
        case .integer1: stack.append(.integer(try number(1)))
        case .integer2: stack.append(.integer(try number(2)))
        case .integer4: stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
        case .integerLine:
            let text = try line()
            // Truth values of the oldest protocol.
            if text == "00" || text == "01" { stack.append(.opaque); break }
            guard let number = Int(text) else { throw failure("a number") }
            stack.append(.integer(number))
        case .long1: stack.append(Self.long(try take(Int(try byte()))))
        case .float8: _ = try take(8); stack.append(.opaque)

        case .unicode1, .string1: stack.append(try text(number(1)))
        case .unicode4, .string4: stack.append(try text(number(4)))
        case .unicode8: stack.append(try text(number(8)))
        case .bytes1: _ = try take(number(1)); stack.append(.opaque)
        case .bytes4: _ = try take(number(4)); stack.append(.opaque)
        case .bytes8: _ = try take(number(8)); stack.append(.opaque)

        case .emptyDictionary: push(.dictionary)
        case .dictionary:
            let elements = try popToMark()
            guard elements.count.isMultiple(of: 2) else { throw failure("keys and values") }
            push(.dictionary, elements)
        case .setItem: try append(pop(2), to: .dictionary)
        case .setItems: try append(popToMark(), to: .dictionary)
        case .emptyList, .emptySet: push(.list)
        case .list: push(.list, try popToMark())
        case .append: try append(pop(1), to: .list)
        case .appends, .addItems: try append(popToMark(), to: .list)
        case .emptyTuple: push(.tuple)
        case .tuple: push(.tuple, try popToMark())
        case .tuple1: push(.tuple, try pop(1))
        case .tuple2: push(.tuple, try pop(2))
        case .tuple3: push(.tuple, try pop(3))

        case .putLine: try remember(spelledNumber())
        case .put1: try remember(number(1))
        case .put4: try remember(number(4))
        case .memoize: try remember(memo.count)
        case .getLine: try recall(spelledNumber())
        case .get1: try recall(number(1))
        case .get4: try recall(number(4))

        case .global: try pushName(module: line(), name: line())
        case .stackGlobal:
            let names = try pop(2)
            guard case .string(let module) = names[0], case .string(let name) = names[1] else { throw failure("two names") }
            try pushName(module: module, name: name)
        case .reduce, .newObject:
            let arguments = try pop()
            stack.append(try make(pop(), arguments))
        case .newObjectWithNames:
            let values = try pop(3)
            stack.append(try make(values[0], values[1]))
        case .build: try setState()
        case .persistent: stack.append(try storage(pop()))
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
    /// - Parameter depth: of calls that a tensor's class makes.
    private mutating func make(_ called: PickleValue, _ arguments: PickleValue, depth: Int = 0) throws(TorchFileProblem) -> PickleValue {
        if called == .opaque { return .opaque }
        guard case .name(let name) = called, let arguments = data.elements(arguments, of: .tuple), depth <= 4 else {
            throw failure("a name and its arguments")
        }
        switch name {
        case .dictionary:
            let pairs = arguments.first.flatMap { data.elements($0, of: .list) } ?? []
            try chargeCopies(pairs.count)
            let elements = pairs.compactMap { data.elements($0, of: .tuple) ?? data.elements($0, of: .list) }.filter { $0.count == 2 }
            return container(.dictionary, elements.flatMap(\.self))
        case .list, .tuple:
            let elements = arguments.first.flatMap { data.elements($0, of: .tuple) ?? data.elements($0, of: .list) } ?? []
            try chargeCopies(elements.count)
            return container(name == .list ? .list : .tuple, elements)
        case .parameter:
            guard case .tensor? = arguments.first else { throw failure("a tensor") }
            return arguments[0]
        case .subclass:
            guard arguments.count >= 3 else { throw failure("a name, a class and arguments") }
            return try make(arguments[0], arguments[2], depth: depth + 1)
        case .tensor:
            return try tensor(arguments)
        case .typedTensor:
            guard arguments.count >= 7, case .name(.elementType(let type)) = arguments[6] else { throw failure("an element type") }
            return try tensor(arguments, type)
        case .storage, .elementType, .opaque:
            return .opaque
        }
    }

    /// Counts values that a call takes from one container to another.
    private mutating func chargeCopies(_ count: Int) throws(TorchFileProblem) {
        copiesLeft -= count
        guard copiesLeft >= 0 else { throw .excessive("more copies of values than its pickle has bytes") }
    }

    private mutating func tensor(_ arguments: [PickleValue], _ type: ElementType? = nil) throws(TorchFileProblem) -> PickleValue {
        guard arguments.count >= 4, case .storage(let place) = arguments[0], case .integer(let offset) = arguments[1], offset >= 0,
            let shape = extents(arguments[2]), let strides = extents(arguments[3]), shape.count == strides.count
        else { throw failure("a storage, an offset, a shape and strides") }
        var storage = data.storages[place]
        if let type { storage.elementType = type }
        data.tensors.append(PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides))
        return .tensor(data.tensors.count - 1)
    }

    private func extents(_ value: PickleValue) -> [Int]? {
        // Copied into the tensor, so that a long list, taken again and again, must not fill the memory.
        guard let elements = data.elements(value, of: .tuple), elements.count <= 8 else { return nil }
        let integers = elements.compactMap { if case .integer(let integer) = $0, (0..<1 << 40).contains(integer) { integer } else { nil } }
        return integers.count == elements.count ? integers : nil
    }

    /// The attributes of an object. Those of a `ParameterDict` hold its tensors; what others add does not matter.
    private mutating func setState() throws(TorchFileProblem) {
        var state = try pop()
        if let pair = data.elements(state, of: .tuple), pair.count == 2 { state = pair[0] }
        switch stack.last {
        case .opaque, .tensor: break
        case .container(let object) where data.containers[object].kind != .tuple:
            guard data.containers[object].kind == .dictionary, data.containers[object].elements.isEmpty,
                let attributes = data.elements(state, of: .dictionary)
            else { break }
            try chargeCopies(attributes.count)
            guard let parameters = data.members(state)?["_parameters"].flatMap({ data.elements($0, of: .dictionary) }) else { break }
            try chargeCopies(parameters.count)
            data.containers[object].elements = parameters
        default: throw failure("an object")
        }
    }

    /// `('storage', type, key, device, element count)`, and in files of PyTorch before 0.4 a view, which must be none.
    private mutating func storage(_ description: PickleValue) throws(TorchFileProblem) -> PickleValue {
        guard let description = data.elements(description, of: .tuple), description.count >= 5, description[0] == .string("storage"),
            case .name(.storage(let type)) = description[1], case .string(let key) = description[2],
            case .integer(let count) = description[4], count >= 0, key.utf8.count <= PickledData.longestKey,
            description.count == 5 || description[5] == .none
        else { throw failure("the description of a storage") }
        data.storages.append(PickledStorage(key: key, elementType: type))
        return .storage(data.storages.count - 1)
    }
}
