import Checkpoints
import Compilation
public import Generation
import Prompting
import Tensors

/// The LoRAs that a picture is drawn with, found and matched to the checkpoint.
public struct LoRASet: Sendable {
    /// A file with its strengths.
    struct Member: Sendable {
        let tag: LoRATag
        let file: LoRAFile
        let changes: LoRAChanges
    }

    /// In the order of their tags.
    private(set) var members: [Member] = []
    /// Notices for the user.
    private(set) var notices: [Notice] = []
    /// Tags without effect, as typed.
    private(set) var ignored: [String] = []

    /// No LoRAs.
    public init() {}

    /// The words of bundled textual inversions: for each text encoder `[vectors, width]`.
    var words: [String: [NDArray]] { members.reduce(into: [:]) { $0.merge($1.changes.words) { first, _ in first } } }

    /// The members that change a network at some step.
    func members(changing id: NetworkID) -> [Member] { members.filter { $0.affects(id) } }

    /// The LoRAs that change any of some networks.
    public func changing(_ networks: [NetworkID]) -> LoRASet {
        var set = LoRASet()
        set.members = members.filter { member in networks.contains { member.affects($0) } }
        return set
    }

    /// The LoRAs that act on an AND part, or on the negative prompt.
    /// - Parameter part: nil for the negative prompt, and for parts without LoRAs of their own.
    func acting(on part: Int?) -> LoRASet {
        guard members.contains(where: { $0.tag.part != nil && $0.tag.part != part }) else { return self }
        var set = LoRASet()
        set.members = members.filter { $0.tag.part == nil || $0.tag.part == part }
        return set
    }

    /// Whether a part has LoRAs of its own.
    func hasOwn(ofPart part: Int) -> Bool { members.contains { $0.tag.part == part } }

    /// The files and settings that change a network, in their order.
    func patches(of id: NetworkID) -> [MergedNetwork.Patch] {
        members(changing: id).map { MergedNetwork.Patch($0.file, settings: $0.tag.settings(in: id)) }
    }

    /// All that a network's answers depend on; empty when nothing is changed.
    func fingerprint(of id: NetworkID) -> String {
        patches(of: id).map { "\($0.file.identity) \($0.settings)" }.joined(separator: "; ")
    }

    /// The files that change a network, whatever their strengths; empty for none.
    public func files(changing id: NetworkID) -> [String] { members(changing: id).map(\.file.identity) }
}

extension LoRASet.Member {
    /// Whether it changes a network at some step.
    fileprivate func affects(_ id: NetworkID) -> Bool {
        guard changes.layers[id]?.isEmpty == false else { return false }
        return id.isText ? !tag.isZeroInTextEncoder : !tag.isZeroInUNet
    }
}

extension LoRASet: Hashable {
    public static func == (a: Self, b: Self) -> Bool { a.members.map(\.key) == b.members.map(\.key) }

    public func hash(into hasher: inout Hasher) { hasher.combine(members.map(\.key)) }
}

extension LoRASet.Member {
    fileprivate struct Key: Hashable {
        let tag: LoRATag
        let file: String
    }

    fileprivate var key: Key { Key(tag: tag, file: file.identity) }
}

extension LoRASet {
    /// Finds the files of tags.
    /// - Parameters:
    ///   - library: nil when there is none; all tags are left out then.
    ///   - matched: what files change in the checkpoint; nil as without a library.
    init(_ tags: [LoRATag], in library: LoRALibrary?, _ matched: MatchedLoRAs?) {
        var joined: [(tag: LoRATag, file: LoRAFile)] = []
        for tag in tags {
            if !tag.unreadArguments.isEmpty { notices.append(.unread(tag)) }
            guard let library, let matched else {
                leaveOut(tag, .leftOut(tag))
                continue
            }
            guard !matched.runsGraph else {
                leaveOut(tag, .graph(tag))
                continue
            }
            do throws(CheckpointError) {
                guard let file = try library.file(named: tag.name) else {
                    leaveOut(tag, .missing(tag, library.folders))
                    continue
                }
                if joined.contains(where: { $0.file.path == file.path }) { notices.append(.repeated(tag)) }
                if let index = joined.firstIndex(where: { $0.file.path == file.path && $0.tag.isAddable(to: tag) }) {
                    joined[index].tag = joined[index].tag.adding(tag)
                } else {
                    joined.append((tag, file))
                }
            } catch {
                leaveOut(tag, .unreadable(tag, error))
            }
        }
        for (tag, file) in joined {
            guard let changes = matched?.changes(of: file) else { continue }
            if changes.appliedCount == 0 && changes.words.isEmpty {
                leaveOut(tag, .unfit(tag, changes))
            } else {
                if !changes.unapplied.isEmpty { notices.append(.partlyApplied(tag, changes)) }
                let member = Member(tag: tag, file: file, changes: changes)
                if !tag.isZero { members.append(member) }
                if !tag.textEncoder.isConstant, changes.layers.keys.contains(where: { $0.isText && member.affects($0) }) {
                    notices.append(.firstInText(tag))
                }
                if let blocks = tag.blocks, let levels = matched?.levelCount, !blocks.fits(levelCount: levels) {
                    notices.append(.unfitBlocks(tag, blocks, levels))
                }
            }
        }
    }

    private mutating func leaveOut(_ tag: LoRATag, _ notice: Notice) {
        ignored.append(tag.typed)
        notices.append(notice)
    }
}

extension LoRASet {
    /// Says of the LoRAs that are merged into a network's weights what follows from it.
    func noticesOfMerging(into id: NetworkID) -> [Notice] {
        members(changing: id).flatMap { member in
            let name = ErrorReason.Value(member.file.name)
            var notices = [
                Notice(
                    .loraMerged, ["name": name, "component": .init("\(id)")],
                    "LoRA \"\(member.file.name)\" was merged into the weights of the \(id), for not all of its changes are of low rank. "
                        + "Another strength takes a compile.")
            ]
            if !id.isText, !member.tag.isConstant {
                notices.append(Notice(
                    .loraScheduleUnused, ["name": name],
                    "The strengths by step of LoRA \"\(member.file.name)\" had no effect: it is merged into the weights, with the strength "
                        + "of the first step."))
            }
            if !id.isText, member.tag.part != nil {
                notices.append(Notice(
                    .loraScopeUnused, ["name": name],
                    "LoRA \"\(member.file.name)\" acts on the whole picture: it is merged into the weights of the \(id), which all AND "
                        + "parts share."))
            }
            return notices
        }
    }
}

extension Notice {
    fileprivate static func unread(_ tag: LoRATag) -> Notice {
        let arguments = tag.unreadArguments.joined(separator: ", ")
        return Notice(
            .loraArguments, ["tag": .init(tag.typed), "arguments": .init(arguments)],
            "\(tag.typed): \"\(arguments)\" could not be read and has no effect. "
                + "Use <lora:NAME:STRENGTH>, with te=, unet=, dyn=, in=, mid=, out=, start= or stop= and a number, lbw= and a list, or "
                + "scope=part.")
    }

    fileprivate static func firstInText(_ tag: LoRATag) -> Notice {
        Notice(
            .loraTextSchedule, ["name": .init(tag.name), "value": .init(tag.textEncoder.first)],
            "The strengths by step of the LoRA \"\(tag.name)\" hold for the UNet. Text is encoded once, with the strength of the first "
                + "step: \(tag.textEncoder.first).")
    }

    fileprivate static func unfitBlocks(_ tag: LoRATag, _ blocks: BlockWeights, _ levels: Int) -> Notice {
        let counts = BlockWeights.counts(levelCount: levels)
        return Notice(
            .loraBlocks,
            [
                "name": .init(tag.name), "count": .init(blocks.count ?? 0), "least": .init(counts[0]), "most": .init(counts[1]),
            ],
            "The block weights of the LoRA \"\(tag.name)\" are a list of \(blocks.count ?? 0), made for another family. This model's have "
                + "\(counts[0]) or \(counts[1]) numbers. Blocks that the list does not name have the strength 0.")
    }

    fileprivate static func missing(_ tag: LoRATag, _ folders: [String]) -> Notice {
        Notice(
            .loraMissing, ["name": .init(tag.name)],
            "There is no LoRA \"\(tag.name)\", so the picture was drawn without it. Files are looked for in "
                + "\(folders.map { "\"\($0)\"" }.joined(separator: ", ")).")
    }

    fileprivate static func leftOut(_ tag: LoRATag) -> Notice {
        Notice(.loraLeftOut, ["tag": .init(tag.typed)], "\(tag.typed) was left out: no folder of LoRAs is known.")
    }

    fileprivate static func graph(_ tag: LoRATag) -> Notice {
        Notice(
            .loraGraph, ["tag": .init(tag.typed)],
            "\(tag.typed) was left out: this model is a graph for OpenVINO that is run as it is. LoRAs need the model's .safetensors file.")
    }

    fileprivate static func repeated(_ tag: LoRATag) -> Notice {
        Notice(.loraRepeated, ["name": .init(tag.name)], "The LoRA \"\(tag.name)\" is named more than once; its strengths were added.")
    }

    fileprivate static func unreadable(_ tag: LoRATag, _ error: CheckpointError) -> Notice {
        Notice(
            .loraUnreadable, ["name": .init(tag.name), "detail": .text(error.description)],
            "The LoRA \"\(tag.name)\" was left out. \(error.description)")
    }

    fileprivate static func unfit(_ tag: LoRATag, _ changes: LoRAChanges) -> Notice {
        Notice(
            .loraUnfit, ["name": .init(tag.name), "total": .init(changes.tensorCount), "keys": .init(changes.unappliedText)],
            "The LoRA \"\(tag.name)\" was left out: none of its \(changes.tensorCount) tensors fits this model. It was made for another "
                + "family of models. \(changes.unappliedText)")
    }

    fileprivate static func partlyApplied(_ tag: LoRATag, _ changes: LoRAChanges) -> Notice {
        Notice(
            .loraPartlyApplied,
            [
                "name": .init(tag.name), "count": .init(changes.appliedCount), "total": .init(changes.tensorCount),
                "keys": .init(changes.unappliedText),
            ],
            "\(changes.appliedCount) of the \(changes.tensorCount) tensors of the LoRA \"\(tag.name)\" were applied. Not applied: "
                + "\(changes.unappliedText)")
    }
}

extension LoRATag {
    /// All that decides how much of the file changes a network.
    fileprivate func settings(in id: NetworkID) -> String {
        let rank = rankLimit.map(String.init) ?? ""
        if id.isText { return "\(textEncoder.first * (blocks?.base ?? 1)) \(rank)" }
        let strengths = [unet, down, middle, up].map { $0.map { "\($0.points)" } ?? "-" }.joined(separator: " ")
        return "\(strengths) \(rank) \(blocks.map { "\($0)" } ?? "") \(steps.map { "\($0)" } ?? "")"
    }

    /// The strength of a layer at a step.
    /// - Parameters:
    ///   - layer: its name, as its weights have it.
    ///   - step: from 0; nil for the first step of a change that is the same at every step.
    ///   - count: of all steps.
    func strength(of layer: String, in id: NetworkID, atStep step: Double?, of count: Int) -> Float {
        if id.isText { return Float(textEncoder.first * (blocks?.base ?? 1)) }
        if let step, steps?.contains(Int(step)) == false { return 0 }
        let sections = [("down_blocks.", down), ("mid_block.", middle), ("up_blocks.", up)]
        let own = sections.first { layer.hasPrefix($0.0) }.flatMap(\.1)
        return Float((own ?? unet).value(atStep: step ?? 0, of: count) * (blocks?.factor(of: layer) ?? 1))
    }

    /// Whether the UNet's strengths are the same at every step.
    var isConstant: Bool { steps == nil && [unet, down, middle, up].allSatisfy { $0?.isConstant ?? true } }
}

extension NetworkID {
    /// A text encoder.
    var isText: Bool { if case .text = self { true } else { false } }
}
