/// Subjects of the fleet's messages, version 1. Their parts are hashes and random names only: no prompt, client, key or model's name.
public enum Subjects {
    /// Everything of the fleet begins with it. Another major version has another one.
    public static let root = "ez1"

    public static func ticket(_ ticketClass: TicketClass, _ group: GroupToken, from front: FrontID) -> String {
        "\(root).ticket.\(ticketClass.rawValue).\(group).\(front)"
    }

    /// Tickets of a group, from all fronts.
    public static func tickets(_ ticketClass: TicketClass, _ group: GroupToken) -> String {
        "\(root).ticket.\(ticketClass.rawValue).\(group).*"
    }

    /// Tickets of a front.
    public static func tickets(of front: FrontID) -> String { "\(root).ticket.*.*.\(front)" }

    public static func end(of ticket: TicketID, for front: FrontID) -> String { "\(root).result.\(front).\(ticket).end" }

    public static func ends(for front: FrontID) -> String { "\(root).result.\(front).*.end" }

    /// - Parameters:
    ///   - picture: number of the picture, from 0.
    ///   - part: number of its part, from 0.
    public static func part(_ part: Int, ofPicture picture: Int, of ticket: TicketID, for front: FrontID) -> String {
        "\(root).result.\(front).\(ticket).\(picture).\(part)"
    }

    /// All parts of a picture.
    public static func parts(ofPicture picture: Int, of ticket: TicketID, for front: FrontID) -> String {
        "\(root).result.\(front).\(ticket).\(picture).*"
    }

    /// All parts of a ticket's pictures, and not its end.
    public static func parts(of ticket: TicketID, for front: FrontID) -> String { "\(root).result.\(front).\(ticket).*.*" }

    public static func events(of ticket: TicketID, for front: FrontID) -> String { "\(root).event.\(front).\(ticket)" }

    public static func events(for front: FrontID) -> String { "\(root).event.\(front).*" }

    public static func control(of ticket: TicketID) -> String { "\(root).control.\(ticket)" }

    /// Words to the workers of all tickets.
    public static let controls = "\(root).control.*"

    /// Tickets of all groups and fronts.
    public static let tickets = "\(root).ticket.>"

    /// Hints of all groups and fronts.
    public static let hints = "\(root).hint.ticket.>"

    /// Ends and parts of all fronts.
    public static let results = "\(root).result.>"

    /// Hint that a ticket of a group waits.
    public static func hint(_ ticketClass: TicketClass, _ group: GroupToken, from front: FrontID) -> String {
        "\(root).hint.ticket.\(ticketClass.rawValue).\(group).\(front)"
    }

    /// - Returns: the ticket of the subject of an end, of an event, or of a word to its worker; nil for any other subject.
    public static func ticket(of subject: String) -> TicketID? {
        let parts = subject.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == root[...] else { return nil }
        switch (parts[1], parts.count) {
        case ("result", 5) where parts[4] == "end" && FrontID(parts[2]) != nil: return TicketID(parts[3])
        case ("event", 4) where FrontID(parts[2]) != nil: return TicketID(parts[3])
        case ("control", 3): return TicketID(parts[2])
        default: return nil
        }
    }

    /// - Returns: class, group and front of the subject of a ticket or of a hint; nil for any other subject.
    public static func ticketParts(of subject: String) -> (ticketClass: TicketClass, group: GroupToken, front: FrontID)? {
        var parts = subject.split(separator: ".", omittingEmptySubsequences: false)[...]
        guard parts.popFirst() == root[...] else { return nil }
        if parts.first == "hint" { parts.removeFirst() }
        guard parts.count == 4, parts.popFirst() == "ticket",
            let ticketClass = parts.popFirst().flatMap({ TicketClass(rawValue: String($0)) }),
            let group = parts.popFirst().flatMap({ GroupToken($0) }), let front = parts.popFirst().flatMap({ FrontID($0) })
        else { return nil }
        return (ticketClass, group, front)
    }
}
