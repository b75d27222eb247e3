import Generation
import Prompting
import Tensors

/// The texts that the UNet is told in a request: for each picture, each time that it is asked.
///
/// A value that is complete before anything is compiled: styles are applied, wildcards drawn, schedules resolved and texts cut into chunks.
struct PromptPlan: Sendable {
    /// A text that may change from one evaluation of the UNet to the next.
    struct Slot: Sendable, Hashable {
        /// How much it counts; 1 but for the parts of an AND.
        var weight: Float = 1
        /// For each evaluation, an index into the plan's `texts`.
        var texts: [Int]
        /// The AND part, where it has LoRAs of its own; nil for all else.
        var part: Int?
        /// The denoiser is told zeros in place of the text: an empty negative prompt of models that were trained so.
        var isZeroed = false
    }

    struct Picture: Sendable, Hashable {
        /// With styles and with what was drawn for wildcards; network tags are in it.
        var prompt: String
        var negativePrompt: String
        /// nil when guidance is such that nothing depends on it.
        var negative: Slot?
        /// At least one; several with AND.
        var parts: [Slot]
        /// The LoRAs that the prompt names.
        var loras = LoRASet()

        /// The negative prompt's, where there is one, comes first.
        var slots: [Slot] { (negative.map { [$0] } ?? []) + parts }
    }

    /// In order of their seeds.
    let pictures: [Picture]
    /// The distinct texts of all pictures and evaluations: each is encoded once.
    let texts: [ChunkedPrompt]
    /// For each text the AND part whose own LoRAs act on it; nil where there are none.
    let textParts: [Int?]
    /// The empty text among `texts`, where shorter texts of an evaluation are filled up with it.
    let filler: Int?
    /// The vectors of textual inversions that the texts name: for each text encoder `[rows, width]`.
    let inversions: [String: [NDArray]]
    /// Parts of the prompts that have no effect, as typed.
    let ignored: [String]
    var warnings: [Notice]
    /// Whether some picture would be told something else if schedules counted otherwise.
    let dependsOnScheduleCounting: Bool
}

// Several requests at once

extension PromptPlan {
    /// One plan for the pictures of several, in their order: a text that several have is encoded once.
    /// - Precondition: there is at least one, and they belong to requests that can be drawn together.
    init(joining plans: [PromptPlan]) {
        struct PartText: Hashable {
            let text: ChunkedPrompt
            let part: Int?
        }
        var texts: [PartText] = []
        var places: [PartText: Int] = [:]
        func place(of text: PartText) -> Int {
            if let known = places[text] { return known }
            places[text] = texts.count
            texts.append(text)
            return texts.count - 1
        }
        var filler: Int?
        pictures = plans.flatMap { plan in
            let indices = zip(plan.texts, plan.textParts).map { place(of: PartText(text: $0, part: $1)) }
            // Where a plan has none, there is nothing to fill up.
            filler = filler ?? plan.filler.map { indices[$0] }
            return plan.pictures.map { $0.renumbered(indices) }
        }
        self.texts = texts.map(\.text)
        textParts = texts.map(\.part)
        self.filler = filler
        inversions = plans.reduce(into: [:]) { $0.merge($1.inversions) { first, _ in first } }
        ignored = plans.flatMap(\.ignored).withoutRepetitions
        warnings = plans.flatMap(\.warnings).withoutRepetitions
        dependsOnScheduleCounting = plans.contains(where: \.dependsOnScheduleCounting)
    }
}

extension PromptPlan.Picture {
    /// - Parameter indices: for each text, where it is now.
    fileprivate func renumbered(_ indices: [Int]) -> Self {
        func renumbered(_ slot: PromptPlan.Slot) -> PromptPlan.Slot {
            var slot = slot
            slot.texts = slot.texts.map { indices[$0] }
            return slot
        }
        var picture = self
        picture.negative = negative.map(renumbered)
        picture.parts = parts.map(renumbered)
        return picture
    }
}

// What it asks of the networks

extension PromptPlan {
    /// The longest text of the prompt; the negative prompt does not count.
    var longestText: ChunkedPrompt? {
        Set(pictures.flatMap { $0.parts.flatMap(\.texts) }).map { texts[$0] }.max {
            ($0.chunks.count, $0.tokenCount) < ($1.chunks.count, $1.tokenCount)
        }
    }

    /// The largest weight of a word or of a part, without its sign.
    var heaviestWeight: Float {
        let ofWords = texts.flatMap { $0.chunks.flatMap { $0.weights.map(Float.init) } }
        let ofParts = pictures.flatMap { $0.parts.map(\.weight) }
        return (ofWords + ofParts).map(abs).max() ?? 1
    }

    /// The chunks of each text that the UNet is asked about: the most at any evaluation, for any picture.
    /// - Returns: also whether some evaluation or picture has fewer.
    var chunkCounts: (most: [Int], vary: Bool) {
        let slots = Set(pictures.map(\.slots))
        let counts = slots.flatMap { slots in
            slots[0].texts.indices.map { index in filled(slots.map { texts[$0.texts[index]].chunks.count }) }
        }
        let most = counts.reduce(into: [Int]()) { most, counts in
            most += .init(repeating: 0, count: max(0, counts.count - most.count))
            for (index, count) in counts.enumerated() { most[index] = max(most[index], count) }
        }
        return (most, vary: counts.contains { $0 != most })
    }

    private func filled(_ counts: [Int]) -> [Int] {
        filler == nil ? counts : .init(repeating: counts.max() ?? 0, count: counts.count)
    }
}

// The questions of an evaluation

extension PromptPlan {
    /// The texts that the denoiser is told at an evaluation.
    /// - Parameters:
    ///   - range: the pictures that are asked about.
    ///   - index: the evaluation, from 0; after the last that was planned, the last text stays.
    ///   - encoded: `texts` after the text encoders, in their order.
    /// - Returns: for each picture the texts of its slots.
    func contexts(of range: Range<Int>, atEvaluation index: Int, _ encoded: [EncodedText]) -> [[EncodedText]] {
        pictures[range].map { picture in
            let contexts = picture.slots.map { slot in
                let text = encoded[slot.texts[min(index, slot.texts.count - 1)]]
                return slot.isZeroed ? text.zeroed : text
            }
            guard let filler else { return contexts }
            let longest = contexts.map { $0.context.shape[1] }.max() ?? 0
            return contexts.map { text in
                var text = text
                text.context = text.context.filled(to: longest, with: encoded[filler].context)
                return text
            }
        }
    }
}

extension NDArray {
    /// `[1, tokens, width]` with `filler`, an encoded chunk, behind it as often as it takes.
    fileprivate func filled(to count: Int, with filler: NDArray) -> NDArray {
        guard shape[1] < count else { return self }
        var values = values
        for _ in 0..<(count - shape[1]) / filler.shape[1] { values += filler.values }
        return NDArray(shape: [1, count, shape[2]], values: values)
    }
}
