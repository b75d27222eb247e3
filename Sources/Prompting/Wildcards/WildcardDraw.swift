import Files
import Generation

/// One text on its way through all draws.
struct WildcardDraw {
    /// Files may name files; further than this is taken for a circle.
    static let deepestFile = 10
    /// Files that name several files would otherwise grow without end.
    static let (mostDraws, longestText) = (1000, 1 << 20)
    /// Looking a pattern up goes through all names.
    static let mostPatterns = 100

    private let folder: WildcardFolder?
    private var generator: DrawGenerator
    private var warnings: [Notice] = []
    private var drawCount = 0
    private var patternCount = 0
    private var textLength = 0
    private var known: [String: [WildcardChoice.Option]] = [:]

    init(folder: WildcardFolder?, generator: DrawGenerator) {
        self.folder = folder
        self.generator = generator
    }

    mutating func expansion(of nodes: [WildcardNode]) -> Wildcards.Expansion {
        Wildcards.Expansion(text: text(of: nodes, files: []), warnings: warnings)
    }

    /// - Parameter files: the wildcards that led here, the outermost first.
    private mutating func text(of nodes: [WildcardNode], files: [String]) -> String {
        var text = ""
        for node in nodes {
            switch node {
            case .text(let typed):
                textLength += typed.utf8.count
                text += typed
            case .wildcard(let name):
                text += drawn(WildcardChoice(options: [.init(nodes: [node])]), files: files, source: "__\(name)__")
            case .choice(let choice, let source):
                text += drawn(choice, files: files, source: source)
            }
        }
        return text
    }

    /// - Parameter source: what stays when there is nothing to draw.
    private mutating func drawn(_ choice: WildcardChoice, files: [String], source: String) -> String {
        guard drawCount < Self.mostDraws, textLength < Self.longestText else {
            warn(
                .tooManyDraws, ["max": .init(Self.mostDraws), "max_bytes": .init(Self.longestText)],
                "The prompt asks for more than \(Self.mostDraws) draws or \(Self.longestText) bytes. The rest stays as typed.")
            return source
        }
        var (options, files) = (choice.options, files)
        // A wildcard alone offers its lines, so that several of them can be drawn at once: {2$$__colors__}.
        if options.count == 1, case .wildcard(let name)? = options[0].nodes.first, options[0].nodes.count == 1 {
            guard files.count < Self.deepestFile else {
                let circle = (files.suffix(3) + [name]).joined(separator: " → ")
                warn(
                    .wildcardCircle, ["name": .init(name), "circle": .init(circle)],
                    "Wildcards go round in circles: \(circle). __\(name)__ stays as typed.")
                return "__\(name)__"
            }
            guard let lines = self.options(ofFile: name) else { return "__\(name)__" }
            options = lines
            files.append(name)
        }
        let count = generator.number(in: min(choice.count.lowerBound, options.count)...min(choice.count.upperBound, options.count))
        let indices = generator.indices(min(count, Self.mostDraws - drawCount), weights: options.map(\.weight))
        drawCount += indices.count
        return indices.map { text(of: options[$0].nodes, files: files) }.joined(separator: choice.separator)
    }

    /// The lines of all files that `name` stands for; nil, with a warning, when there are none.
    private mutating func options(ofFile name: String) -> [WildcardChoice.Option]? {
        if let options = known[name] { return options.isEmpty ? nil : options }
        let options = readOptions(ofFile: name)
        known[name] = options
        return options.isEmpty ? nil : options
    }

    private mutating func readOptions(ofFile name: String) -> [WildcardChoice.Option] {
        guard let folder else {
            warn(
                .noWildcardFolder, ["name": .init(name)],
                "__\(name)__ stays as typed, for there is no folder with wildcards. Name one with --wildcards.")
            return []
        }
        if name.contains("*") { patternCount += 1 }
        guard patternCount <= Self.mostPatterns else {
            warn(
                .tooManyWildcards, ["name": .init(name), "max": .init(Self.mostPatterns)],
                "__\(name)__ stays as typed: a prompt can have at most \(Self.mostPatterns) wildcards with stars.")
            return []
        }
        let files = folder.files(for: name)
        guard !files.isEmpty else {
            let nearest = folder.names.nearest(to: name)
            let places = folder.folders.map { "\"\($0)\"" }.joined(separator: ", ")
            warn(
                .unknownWildcard, nearest.map { ["name": .init(name), "did_you_mean": .init($0)] } ?? ["name": .init(name)],
                "There is no wildcard \"\(name)\" in \(places). It stays as typed."
                    + "\(nearest.map { " Did you mean __\($0)__?" } ?? "")")
            return []
        }
        var options: [WildcardChoice.Option] = []
        for file in files {
            do throws(WildcardError) {
                options += try folder.lines(of: file).map { .init(weight: $0.weight, nodes: WildcardReader.nodes(of: $0.text)) }
            } catch {
                warn(.unreadableWildcard, error.errorReason.values, error.description)
            }
        }
        if options.isEmpty { warn(.emptyWildcard, ["name": .init(name)], "Wildcard \"\(name)\" has no lines. It stays as typed.") }
        return options
    }

    private mutating func warn(_ name: Notice.Name, _ values: [String: ErrorReason.Value], _ sentence: String) {
        let warning = Notice(name, values, sentence)
        if !warnings.contains(warning), warnings.count < 100 { warnings.append(warning) }
    }
}
