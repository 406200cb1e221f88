import ArgumentParser

/// `--color`, the same for every command.
struct ColorOption: ParsableArguments {
  @Option(name: .customLong("color"), help: "Colors: auto, always or never.")
  var mode = ColorMode.auto
}

/// A command that says when to use colors, so that its errors follow it too.
protocol ColoredCommand: ParsableCommand {
  var color: ColorOption { get }
}
