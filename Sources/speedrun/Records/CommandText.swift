/// The command line that a record says it was made by.
enum CommandText {
  /// `speedrun` and its arguments, quoted for a shell where they must be.
  ///
  /// Without `--no-run`: what that finds is what the command finds that makes the runs too.
  static func text(_ arguments: some Sequence<String>) -> String {
    (["speedrun"] + arguments.filter { $0 != "--no-run" }.map(quoted)).joined(separator: " ")
  }

  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.wholeMatch(of: /[A-Za-z0-9_.,:=+\/@%-]+/) != nil
    return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
