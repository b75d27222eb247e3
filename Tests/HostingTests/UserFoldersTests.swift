import Foundation
import Glibc
import TestSupport
import Testing

@testable import Hosting

@Suite("Where the user's files go")
struct UserFoldersTests {
    @Test(
        "variables come before the home folder, and that of the system's list before none; no folder that all users share is taken",
        arguments: [
        ["HOME": ""], ["HOME": "relative"], [:], ["XDG_CACHE_HOME": "relative"], ["XDG_CACHE_HOME": "", "HOME": ""],
    ])
    func withoutHome(environment: [String: String]) {
        let folders = UserFolders(environment: environment)
        for folder in [folders.cache, folders.data, folders.config, folders.models] {
            #expect(folder.path.hasPrefix("/"))
            for shared in ["/tmp", "/var/tmp", "/dev/shm", FileManager.default.temporaryDirectory.path] {
                #expect(!folder.path.hasPrefix(shared + "/"))
            }
        }
    }

    @Test("variables and the home folder are taken as they are said")
    func named() {
        let folders = UserFolders(environment: ["HOME": "/home/ada", "XDG_CACHE_HOME": "/c"])
        #expect(
            folders.cache.path == "/c/easel" && folders.data.path == "/home/ada/.local/share/easel"
                && folders.config.path == "/home/ada/.config/easel")
        #expect(folders.knowsData)
    }

    @Test("the cache is made for this user alone, and one that is there is closed to others")
    func cache() throws {
        let home = try TemporaryFolder()
        let folders = UserFolders(environment: ["HOME": home.path])
        for _ in 0..<2 {
            #expect(folders.prepareCache() == nil)
            #expect(try FileManager.default.attributesOfItem(atPath: home.path + "/.cache/easel")[.posixPermissions] as? Int == 0o700)
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: home.path + "/.cache/easel")
        }
    }

    @Test("somebody else's cache is not used, and told", .enabled(if: geteuid() == 0, "only root can give folders away"))
    func foreignCache() throws {
        let home = try TemporaryFolder()
        try home.write("{}", to: ".cache/easel/hashes.json")
        try #require(chown(home.path + "/.cache/easel", 12345, 12345) == 0)
        let folders = UserFolders(environment: ["HOME": home.path])
        #expect(folders.prepareCache()?.contains("belongs to user 12345") == true)
        #expect(folders.cache.path == "/dev/null/easel")
    }
}
