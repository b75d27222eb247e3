/// The address of the form to log in, with the place to go to afterwards.
struct LoginAddress: CustomStringConvertible {
    /// A path of this server with its query, as it stands in a request.
    let next: String

    /// - Parameter next: where to go afterwards. Anything but a path of this server counts as the page: otherwise a link to `/login` could
    ///   lead people to another site, who believe that they are still here.
    init(next: String?) {
        let path = next ?? "/"
        let bytes = path.utf8
        // Browsers read a second slash or a backslash as the beginning of a machine's name.
        let isOurs = bytes.first == UInt8(ascii: "/") && ![UInt8(ascii: "/"), UInt8(ascii: "\\")].contains(bytes.dropFirst().first)
            && bytes.count <= 2000 && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        self.next = isOurs && !path.hasPrefix("/login") && !path.hasPrefix("/logout") ? path : "/"
    }

    var description: String { next == "/" ? "/login" : "/login?next=" + FormFields.encoded(next) }
}
