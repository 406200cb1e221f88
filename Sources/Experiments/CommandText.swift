/// The command line that a record says it was made by.
package enum CommandText {
  /// `speedrun` and its arguments, quoted for a shell where they must be.
  ///
  /// Without what changes nothing that is recorded: whether runs are made or only found, and how the answer is printed.
  package static func text(
    _ arguments: some Sequence<String>, as program: String = "speedrun"
  ) -> String {
    options([program] + arguments.filter { !silent.contains($0) })
  }

  /// Arguments, quoted for a shell where they must be.
  package static func options(_ arguments: some Sequence<String>) -> String {
    arguments.map(quoted).joined(separator: " ")
  }

  /// The words that a shell would make of such a text.
  package static func words(of text: String) -> [String] {
    var words: [String] = []
    var word: String?
    var isQuoted = false
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "'":
        isQuoted.toggle()
        word = word ?? ""
      case "\\" where !isQuoted:
        if let next = rest.popFirst() { word = (word ?? "") + String(next) }
      case " " where !isQuoted:
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    return words + [word].compactMap { $0 }
  }

  private static let silent: Set = ["--no-run", "--json", "--quiet"]

  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.wholeMatch(of: /[A-Za-z0-9_.,:=+\/@%-]+/) != nil
    return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
