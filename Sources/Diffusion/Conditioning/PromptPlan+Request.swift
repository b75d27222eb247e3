import Generation
import Prompting
import Sampling

extension PromptPlan {
    /// Reads a request's prompts, in A1111's order: styles, wildcards, network tags, AND, schedules, weights and chunks.
    /// - Parameters:
    ///   - first: the steps of the pass before; nil for a first pass.
    ///   - guidance: decides whether the negative prompt matters.
    ///   - paddingToken: fills chunks.
    ///   - widths: of each text encoder's embeddings.
    ///   - zeroesEmptyNegative: whether the denoiser is told zeros in place of a negative prompt that is empty at every step.
    ///   - matched: what LoRAs change in the checkpoint; nil where none are applied.
    /// - Throws: `InvalidRequest` for a style that is not there.
    init(
        _ request: GenerationRequest, after first: Int? = nil, guidance: Guidance, resources: PromptResources, tokenizer: CLIPTokenizer,
        paddingToken: Int32, widths: [Int],
        zeroesEmptyNegative: Bool = false, matched: MatchedLoRAs? = nil
    ) throws(InvalidRequest) {
        let styled: (prompt: String, negativePrompt: String, warnings: [Notice])
        do {
            styled = try resources.styles.apply(request.styles, prompt: request.prompt, negativePrompt: request.negativePrompt)
        } catch {
            throw InvalidRequest(field: "styles", error.errorReason, error.description)
        }
        var reader = PromptReader(request, after: first, guidance: guidance, zeroesEmptyNegative: zeroesEmptyNegative) {
            LoRASet($0, in: resources.loras, matched)
        }
        if !request.styles.isEmpty { reader.warnings = resources.styles.warnings + styled.warnings }
        pictures = request.seeds.map { seed in
            let prompt = resources.wildcards.expand(styled.prompt, seed: seed, purpose: .prompt)
            let negativePrompt = resources.wildcards.expand(styled.negativePrompt, seed: seed, purpose: .negativePrompt)
            reader.warnings += prompt.warnings + negativePrompt.warnings
            return reader.picture(reader.storable(prompt.text), negativePrompt: reader.storable(negativePrompt.text))
        }

        let inversions = PromptInversions(
            in: reader.texts, from: resources.embeddings, bundled: pictures.reduce(into: [:]) { words, picture in
                words.merge(picture.loras.words) { first, _ in first }
            }, tokenizer: tokenizer, widths: widths, emphasis: request.emphasis)
        let chunker = PromptChunker(
            tokenizer: tokenizer, paddingToken: paddingToken, commaBacktrack: request.commaBacktrack, inversions: inversions.words)
        var texts = reader.texts.map { chunker.chunks(of: $0, request.emphasis) }
        var textParts = reader.textParts
        if request.padsConditionings, Set(texts.map(\.chunks.count)).count > 1 {
            let empty = chunker.chunks(ofPlainText: "")
            filler = texts.indices.first { texts[$0] == empty && textParts[$0] == nil } ?? texts.count
            if filler == texts.count {
                texts.append(empty)
                textParts.append(nil)
            }
        } else {
            filler = nil
        }
        self.texts = texts
        self.textParts = textParts
        self.inversions = inversions.vectors
        ignored = (reader.ignored + inversions.ignored).withoutRepetitions
        let unreadable = pictures.unreadableTexts(tokenizer: tokenizer, names: inversions.words.map(\.name))
        warnings = (reader.warnings + inversions.warnings + unreadable).withoutRepetitions
        dependsOnScheduleCounting = reader.dependsOnScheduleCounting
    }
}

extension [PromptPlan.Picture] {
    /// Warnings of prompts with characters that mean nothing to a text encoder: of the prompt and of the negative prompt, one each.
    /// - Parameter names: of textual inversions.
    fileprivate func unreadableTexts(tokenizer: CLIPTokenizer, names: [String]) -> [Notice] {
        func count(_ texts: Set<String>) -> Int {
            texts.map { tokenizer.unreadableCharacterCount(in: Prompt($0).text, except: names) }.max() ?? 0
        }
        let negativePrompts = Set(filter { $0.negative != nil }.map(\.negativePrompt))
        return [
            Prompt.warning(ofUnreadable: count(Set(map(\.prompt)))),
            Prompt.warning(ofUnreadable: count(negativePrompts), isNegative: true),
        ].compactMap(\.self)
    }
}

extension PromptChunker {
    /// The chunks of a text whose brackets may mean nothing.
    func chunks(of text: String, _ emphasis: Emphasis) -> ChunkedPrompt {
        emphasis.parsesWeights ? chunks(of: text) : chunks(ofPlainText: text)
    }
}

/// Reads the prompts of one picture after another, and collects their texts.
private struct PromptReader {
    let request: GenerationRequest
    let first: Int?
    let guidance: Guidance
    let zeroesEmptyNegative: Bool
    let findLoRAs: ([LoRATag]) -> LoRASet
    /// Each once for each part with LoRAs of its own.
    private(set) var texts: [String] = []
    private(set) var textParts: [Int?] = []
    private(set) var ignored: [String] = []
    var warnings: [Notice] = []
    private(set) var dependsOnScheduleCounting = false

    private struct PartText: Hashable {
        let text: String
        let part: Int?
    }

    private var indices: [PartText: Int] = [:]
    /// Pictures without wildcards all say the same.
    private var known: [[String]: PromptPlan.Picture] = [:]

    /// - Parameters:
    ///   - request: says for which evaluations, and how schedules count.
    ///   - findLoRAs: the LoRAs that tags name.
    init(
        _ request: GenerationRequest, after first: Int?, guidance: Guidance, zeroesEmptyNegative: Bool,
        findLoRAs: @escaping ([LoRATag]) -> LoRASet
    ) {
        self.request = request
        self.first = first
        self.guidance = guidance
        self.zeroesEmptyNegative = zeroesEmptyNegative
        self.findLoRAs = findLoRAs
    }

    /// Without NUL characters, which files of styles and wildcards may hold: databases and picture files end a text there.
    mutating func storable(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        warnings.append(Notice(.nulCharacters, "NUL characters (U+0000) in a style or a wildcard were left out."))
        return text.replacing("\0", with: "")
    }

    mutating func picture(_ prompt: String, negativePrompt: String) -> PromptPlan.Picture {
        if let known = known[[prompt, negativePrompt]] { return known }
        let (positive, negative) = (Prompt(prompt), Prompt(negativePrompt))
        for tag in positive.tags.filter({ LoRATag($0) == nil }) + negative.tags {
            ignored.append(tag.description)
            warnings.append(tag.warning)
        }
        let loras = findLoRAs(zip(positive.tags, positive.partsOfTags).compactMap { LoRATag($0, in: $1) })
        ignored += loras.ignored
        warnings += loras.notices
        let weights = positive.parts.map { Float($0.weight) }
        let picture = PromptPlan.Picture(
            prompt: prompt, negativePrompt: negativePrompt,
            negative: guidance.needsUnconditional(weights: weights) ? negativeSlot(negative.tree) : nil,
            parts: positive.parts.enumerated().map { index, part in
                slot(part.tree, weight: Float(part.weight), part: loras.hasOwn(ofPart: index) ? index : nil)
            }, loras: loras)
        known[[prompt, negativePrompt]] = picture
        return picture
    }

    private mutating func negativeSlot(_ tree: PromptTree) -> PromptPlan.Slot {
        var slot = slot(tree)
        slot.isZeroed = zeroesEmptyNegative && slot.texts.allSatisfy { texts[$0].isEmpty }
        return slot
    }

    private mutating func slot(_ tree: PromptTree, weight: Float = 1, part: Int? = nil) -> PromptPlan.Slot {
        let (steps, sampler) = (request.steps, request.sampler)
        if tree.dependsOnCounting(steps: steps, sampler: sampler, after: first) { dependsOnScheduleCounting = true }
        let schedule = tree.schedule(steps: steps, sampler: sampler, counting: request.scheduleCounting, after: first)
        let indices = schedule.texts.map { index(of: PartText(text: $0, part: part)) }
        return PromptPlan.Slot(weight: weight, texts: schedule.textOfEachEvaluation.map { indices[$0] }, part: part)
    }

    private mutating func index(of text: PartText) -> Int {
        if let known = indices[text] { return known }
        indices[text] = texts.count
        texts.append(text.text)
        textParts.append(text.part)
        return texts.count - 1
    }
}

extension NetworkTag {
    /// Why it has no effect.
    fileprivate var warning: Notice {
        let tag = ErrorReason.Value(description)
        return switch kind {
        case "lora", "lyco":
            Notice(
                .loraInNegativePrompt, ["tag": tag],
                "\(self) was left out: LoRAs are read from the prompt, not from the negative prompt. A negative strength does the "
                    + "opposite.")
        case "hypernet": Notice(.hypernetworkLeftOut, ["tag": tag], "\(self) was left out: Easel does not apply hypernetworks.")
        default:
            Notice(
                .tagLeftOut, ["tag": tag, "kind": .init(kind)], "\(self) was left out: no kind of network is called \"\(kind)\".")
        }
    }
}

extension Array where Element: Hashable {
    /// The first of each.
    var withoutRepetitions: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
