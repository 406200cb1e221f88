/// The command line that a record says it was made by.
enum CommandText {
  /// `speedrun` and its arguments, quoted for a shell where they must be.
  ///
  /// Without what changes nothing that is recorded: whether runs are made or only found, and how the answer is printed.
  static func text(_ arguments: some Sequence<String>) -> String {
    (["speedrun"] + arguments.filter { !silent.contains($0) }.map(quoted)).joined(separator: " ")
  }

  private static let silent: Set = ["--no-run", "--json", "--quiet"]

  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.wholeMatch(of: /[A-Za-z0-9_.,:=+\/@%-]+/) != nil
    return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
