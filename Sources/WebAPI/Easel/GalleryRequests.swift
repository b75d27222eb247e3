import Files
public import FoundationEssentials
import Generation
public import Jobs

/// The pictures that a request is about, `{"ids": ["…-0", "…-1"]}`: of `POST /api/v1/images/delete` and `/zip`.
public struct PictureChoice: Sendable, Equatable {
    /// Most pictures of a request.
    public static let mostIDs = 1000

    /// The pictures in the order of the request, each once. Nobody has looked whether they are there.
    public let ids: [PictureID]

    /// - Throws: `.malformedBody`; `.invalidValue` naming the id that no picture can have, and for none or too many.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        try self.init(fields)
    }

    /// - Parameter text: ids with commas between them, as a form sends them; nil when it sends none.
    /// - Throws: `.invalidValue` as above.
    public init(commaSeparated text: String?) throws(APIError) {
        try self.init(RequestFields(text.map { ["ids": .string($0)] } ?? [:]))
    }

    init(_ fields: RequestFields) throws(APIError) {
        let texts = try fields.texts("ids")?.flatMap { $0.split(separator: ",").map { $0.trimmingSpaces } }.filter { !$0.isEmpty } ?? []
        guard !texts.isEmpty else {
            throw fields.invalid(
                "ids", ErrorReason(.missing),
                "ids names no picture. Use a list of pictures' ids, such as GET /api/v1/images has them.")
        }
        guard texts.count <= Self.mostIDs else {
            throw fields.invalid(
                "ids", ErrorReason(.tooManyPictures, ["value": .init(texts.count), "max": .init(Self.mostIDs)]),
                "ids has \(texts.count) pictures; the limit is \(Self.mostIDs). Send several requests.")
        }
        var ids: [PictureID] = []
        var known: Set<PictureID> = []
        for text in texts {
            guard let id = PictureID(text) else {
                throw fields.invalid(
                    "ids", ErrorReason(.unknownPicture),
                    "ids cannot have \"\(text.clipped)\". Use pictures' ids, such as GET /api/v1/images has them.")
            }
            if known.insert(id).inserted { ids.append(id) }
        }
        self.ids = ids
    }
}

/// `PATCH /api/v1/images/{id}`, read.
public struct PictureChange: Sendable, Equatable {
    /// Whether it is a favourite; nil: as before.
    public let isFavourite: Bool?
    /// The albums that it is in, and no others; nil: as before.
    public let albums: [String]?

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field, also when nothing is to be changed.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        isFavourite = try fields.flag("is_favourite")
        var albums: [String]?
        if let names = try fields.texts("albums") {
            guard names.count <= AlbumName.mostOfPicture else {
                throw fields.invalid(
                    "albums", .outOfRange(.init(names.count), from: 0, to: .init(AlbumName.mostOfPicture)),
                    "albums has \(names.count) names; the limit is \(AlbumName.mostOfPicture).")
            }
            albums = []
            for name in names { albums?.append(try AlbumName.read(name, "albums", fields)) }
        }
        self.albums = albums
        guard isFavourite != nil || albums != nil else {
            throw fields.invalid(
                "is_favourite", ErrorReason(.missing),
                "There is nothing to change. Use {\"is_favourite\": true} or {\"albums\": [\"cats\"]}.")
        }
    }
}

/// `POST /api/v1/images/change`, read.
public struct PicturesChange: Sendable, Equatable {
    /// The pictures that are changed.
    public let ids: [PictureID]
    /// Whether they are favourites; nil: as before.
    public let isFavourite: Bool?
    /// An album that they are added to.
    public let addedAlbum: String?
    /// An album that they are taken out of.
    public let removedAlbum: String?

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field, also when nothing is to be changed.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        ids = try PictureChoice(fields).ids
        isFavourite = try fields.flag("is_favourite")
        addedAlbum = try AlbumName.read("add_album", fields)
        removedAlbum = try AlbumName.read("remove_album", fields)
        guard isFavourite != nil || addedAlbum != nil || removedAlbum != nil else {
            throw fields.invalid(
                "is_favourite", ErrorReason(.missing),
                "There is nothing to change. Use is_favourite, add_album or remove_album.")
        }
    }
}

/// `PATCH /api/v1/albums/{name}`, read: another name.
public struct AlbumChange: Sendable, Equatable {
    /// The new name, without spaces at its ends.
    public let name: String

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field, also when no name is given.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        guard let name = try AlbumName.read("name", fields) else {
            throw fields.missing("name", "There is nothing to change. Send {\"name\": \"cats\"}.")
        }
        self.name = name
    }
}

/// Names of albums. An album is there as long as a picture is in it.
enum AlbumName {
    /// Most characters of a name.
    static let longest = 100
    /// Most albums of a picture.
    static let mostOfPicture = 100

    static func read(_ field: String, _ fields: RequestFields) throws(APIError) -> String? {
        guard let text = try fields.text(field) else { return nil }
        return try read(text, field, fields)
    }

    /// The name without spaces at its ends.
    static func read(_ text: String, _ field: String, _ fields: RequestFields) throws(APIError) -> String {
        let name = text.trimmingSpaces
        // No clipping of what is a hundred characters: the user shall find it.
        guard !name.isEmpty, name.unicodeScalars.count <= longest,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw fields.invalid(
                field, .badName(text.clipped, limit: longest),
                "\(field) cannot be \"\(text.clipped)\". Use a name of 1 to \(longest) characters, without control characters.")
        }
        return name
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    fileprivate var trimmingSpaces: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
