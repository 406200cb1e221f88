import ArgumentParser

/// The command line: `speedrun` alone means `speedrun run`.
@main
struct Speedrun: ParsableCommand {
}
