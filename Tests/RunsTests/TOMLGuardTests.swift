import Runs
import Testing

/// Texts that toml++ would abort at, cut short or take long for, and such that only look like them.
@Suite struct TOMLGuardTests {
  @Test(arguments: [
    ("[;]", "a table header without a name, at line 1"),
    ("a = 1\n[[ ^b]]", "a table header without a name, at line 2"),
    ("a = '''\n[;]'''\n [", "a table header without a name, at line 3"),
    ("a = \"\"\"\n\"\"\"\"\"\n[#]", "a table header without a name, at line 3"),
    ("a = 1979-05-27T;", "'1979-05-27T;' is neither a number nor a text in quotes, at line 1"),
    ("a = [1,\n 07:32]", "'07:32' is neither a number nor a text in quotes, at line 2"),
    ("a = 0b12", "'0b12' is neither a number nor a text in quotes, at line 1"),
    ("a = _1", "'_1' is neither"), ("a = 1.", "'1.' is neither"), ("a = 1e", "'1e' is neither"),
    ("a = 1.5f2", "'1.5f2' is neither"), ("a = +true", "'+true' is neither"),
    ("a = +", "'+' is neither"), ("a = 1e5.0", "'1e5.0' is neither"),
    ("a = [[[}", "a '}' that ends nothing, at line 1"),
    ("a = [1,\n {b = 2]]", "a ']' that ends nothing, at line 2"),
    ("a = ]", "a ']' that ends nothing, at line 1"),
    ("a = {b = muon}", "'muon' is neither a number nor a text in quotes, at line 1"),
    ("a = 'b\0c'", "a NUL character"),
    ("a = \"b\\u0000\"", "a NUL character, at line 1"),
    ("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1", "a name of more than 16 parts, at line 1"),
    (
      "a = [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
      "more than 16 brackets inside each other, at line 1"
    ),
    ("\u{E9} = 1", "saw"),
    ("\"\u{E9}\" = 1\n\"e\u{301}\" = 2", "the key '\u{E9}' twice"),
  ])
  func isRefused(_ text: String, _ said: String) {
    let error = #expect(throws: UsageError.self) { try Tree(toml: text) }
    #expect(error?.message.hasPrefix("not TOML: ") == true)
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "")")
  }

  @Test func aLongTextIsRefused() {
    let text = String(repeating: "#\n", count: 1 << 15) + "a"
    let error = #expect(throws: UsageError.self) { try Tree(toml: text) }
    #expect(error?.message == "65537 bytes of TOML, 65536 at most")
  }

  @Test func whatTOMLAllowsIsRead() throws {
    let tree = try Tree(
      toml: #"""
        \#u{FEFF}a = [ # [;
          [ +1, -2_000], [0x1F, 0o17, 0b11],
          ['[;', "\"]", """
        [;] "" \""""""],
        ]
        b . "c" = { d.e = 1e-3, f = {}, g = [] } # 1979-05-27T;
         [ h.i ]
        j = [true, inf, -nan, 6.5_0E+1_0, 0xf_F, 1_0e-2]
        [[k]]
        """#)
    #expect(tree.object?.keys.sorted() == ["a", "b", "h", "k"])
    #expect(tree[["b", "c", "d", "e"]] == .number(1e-3))
    #expect(
      tree[["a"]]
        == .array([
          .array([.integer(1), .integer(-2000)]),
          .array([.integer(31), .integer(15), .integer(3)]),
          .array([.string("[;"), .string("\"]"), .string("[;] \"\" \"\"\"")]),
        ]))
  }
}
