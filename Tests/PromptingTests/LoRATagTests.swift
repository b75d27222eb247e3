import Prompting
import Testing

@Suite("LoRA tags")
struct LoRATagTests {
    private func tag(_ prompt: String) throws -> LoRATag { try #require(Prompt(prompt).tags.first.flatMap { LoRATag($0) }) }

    @Test("a tag's numbers are the text encoder's and the UNet's strength", arguments: [
        ("<lora:x>", 1, 1), ("<lora:x:0.8>", 0.8, 0.8), ("<lora:x:0.8:0.5>", 0.8, 0.5), ("<lora:x:-1>", -1, -1),
        ("<lyco:x: .5 >", 0.5, 0.5), ("<lora:x:te=0.2:unet=0.4>", 0.2, 0.4), ("<lora:x:te=0.2>", 0.2, 0.2),
        ("<lora:x:0.8:unet=0.4>", 0.8, 0.4), ("<lora:x:unet=0.4:0.8>", 0.8, 0.4), ("<lora:x:much>", 1, 1), ("<lora:x:inf>", 1, 1),
        ("<lora:x:>", 1, 1),
    ])
    func strengths(prompt: String, textEncoder: Double, unet: Double) throws {
        let tag = try tag(prompt)
        #expect(tag.name == "x" && tag.typed == prompt)
        #expect(tag.textEncoder == StrengthSchedule(textEncoder))
        #expect(tag.unet == StrengthSchedule(unet))
    }

    @Test("further arguments have names, and those that cannot be read are told", arguments: [
        ("<lora:x:1:1:8>", 8, []), ("<lora:x:dyn=4>", 4, []), ("<lora:x:1:1:0>", nil, ["0"]), ("<lora:x:1:1:2.5>", nil, ["2.5"]),
        ("<lora:x:much>", nil, ["much"]), ("<lora:x:1:2:3:4>", 3, ["4"]), ("<lora:x:weight=1>", nil, ["weight=1"]),
        ("<lora:x:te=a:in=b>", nil, ["a", "b"]),
    ] as [(String, Int?, [String])])
    func arguments(prompt: String, rankLimit: Int?, unread: [String]) throws {
        let tag = try tag(prompt)
        #expect(tag.rankLimit == rankLimit)
        #expect(tag.unreadArguments == unread)
    }

    @Test("other tags are none")
    func others() { #expect(Prompt("<hypernet:x:1>").tags.allSatisfy { LoRATag($0) == nil }) }

    @Test("strengths of the UNet's parts, and their sums with another tag's")
    func parts() throws {
        let tag = try tag("<lora:x:0.5:in=0:out=1>")
        #expect(tag.down == StrengthSchedule(0.0) && tag.middle == nil && tag.up == StrengthSchedule(1.0))
        let sum = tag.adding(try self.tag("<lora:x:0.25:mid=2>"))
        #expect(sum.textEncoder == StrengthSchedule(0.75) && sum.unet == StrengthSchedule(0.75))
        #expect(sum.down == StrengthSchedule(0.25) && sum.middle == StrengthSchedule(2.5) && sum.up == StrengthSchedule(1.25))
        #expect(!sum.isZero)
        #expect(try self.tag("<lora:x:0>").isZero)
        #expect(try !self.tag("<lora:x:0:mid=1>").isZero)
    }

    @Test("a strength may change from step to step", arguments: [
        ("0.8", [0.8, 0.8, 0.8, 0.8, 0.8]), ("0@0,1@1", [0, 0.25, 0.5, 0.75, 1]), ("1@0.5;0@0", [0, 0.5, 1, 1, 1]),
        ("1@0,0@0.5,1@1", [1, 0.5, 0, 0.5, 1]), ("0@1,1@3", [0, 0, 0.5, 1, 1]), ("0.2~0,0.4", [0.2, 0.25, 0.3, 0.35, 0.4]),
        ("1@0.5,0@0.5", [1, 1, 1, 0, 0]), ("0.3@2", [0.3, 0.3, 0.3, 0.3, 0.3]),
    ])
    func schedule(text: String, expected: [Double]) throws {
        let strength = try #require(StrengthSchedule(text))
        let values = (0..<5).map { strength.value(atStep: Double($0), of: 5) }
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(values)")
        #expect(strength.isConstant == (Set(expected).count == 1))
        #expect(strength.first == expected[0])
    }

    @Test("text that is no strength", arguments: ["", "a", "1@", "@1", "1@2@3", "1,,2", "1@nan"])
    func noStrength(text: String) { #expect(StrengthSchedule(text) == nil) }

    @Test("sums of strengths are sums at every step")
    func sums() throws {
        let a = try #require(StrengthSchedule("0@0,1@1")), b = try #require(StrengthSchedule("1@0.5,0@1"))
        let sum = a + b
        for step in 0..<9 {
            let (at, count) = (Double(step), 9)
            #expect(abs(sum.value(atStep: at, of: count) - a.value(atStep: at, of: count) - b.value(atStep: at, of: count)) < 1e-9)
        }
        #expect(a + StrengthSchedule(0.5) == StrengthSchedule(0.5) + a)
    }
}
