import Runs

/// What `--version` says.
enum ProgramVersion {
  /// The program, the commit of its source, and the compiler.
  ///
  /// git is asked now, so that no build has to: of a checkout that has moved on since the build, it is the later commit.
  static var text: String {
    let git = Environment.checkout()
    let commit = git.commit.map { $0.prefix(12) + (git.dirty == true ? " with changes" : "") }
    return "\(Speedrun.name), commit \(commit ?? "unknown (it lies in no git checkout)"), "
      + "Swift \(Environment.compiler)"
  }
}
