/// The command line that a record says it was made by.
package enum CommandText {
  /// `speedrun` and its arguments, quoted for a shell where they must be.
  ///
  /// Without what says only whether runs are made or found, and how the answer is printed.
  package static func text(
    _ arguments: some Sequence<String>, as program: String = "speedrun"
  ) -> String {
    options([program] + arguments.filter { !silent.contains($0) })
  }

  /// The same, as records have it: without what started the runs, which changes no number, and names hosts.
  package static func recorded(_ arguments: some Sequence<String>) -> String {
    var kept: [String] = []
    var isValue = false
    for argument in arguments {
      if !isValue, argument != launcher, !argument.hasPrefix("\(launcher)=") {
        kept.append(argument)
      }
      isValue = argument == launcher && !isValue
    }
    return text(kept)
  }

  /// The option that says what starts the runs.
  private static let launcher = "--launcher"

  /// Arguments, quoted for a shell where they must be.
  package static func options(_ arguments: some Sequence<String>) -> String {
    arguments.map(quoted).joined(separator: " ")
  }

  /// The words that a shell would make of such a text.
  package static func words(of text: String) -> [String] { split(text).words }

  /// The words that a shell would make of a text somebody has typed; nil where a quote has no end.
  package static func closedWords(of text: String) -> [String]? {
    let (words, isClosed) = split(text)
    return isClosed ? words : nil
  }

  private static func split(_ text: String) -> (words: [String], isClosed: Bool) {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "'", "\"":
        if let open = quote, open != character {
          word = (word ?? "") + String(character)
        } else {
          quote = quote == nil ? character : nil
          word = word ?? ""
        }
      case "\\" where quote != "'":
        if let next = rest.popFirst() { word = (word ?? "") + String(next) }
      case " " where quote == nil:
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    return (words + [word].compactMap { $0 }, quote == nil)
  }

  private static let silent: Set = ["--no-run", "--json", "--quiet"]

  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.wholeMatch(of: /[A-Za-z0-9_.,:=+\/@%-]+/) != nil
    return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
