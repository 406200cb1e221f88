// Reads files with a target, each once; without arguments it names the targets.
//
//   Fuzzer [TARGET FILE...]
//
// In the build of Scripts/fuzz the arguments after the target are libFuzzer's. It is looked up when the program runs, so
// that the default build, which has none, needs no other source.

import Foundation
import FuzzTargets

/// libFuzzer calls a C function, which can capture nothing.
private enum Chosen {
  static let name = CommandLine.arguments.dropFirst().first
  static let target = FuzzTarget.all.first { $0.name == name }
}

private typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
private typealias Driver =
  @convention(c) (UnsafeMutablePointer<CInt>, UnsafeMutablePointer<Arguments>, Callback) -> CInt

guard let target = Chosen.target else {
  print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
  exit(Chosen.name == nil ? 0 : 64)
}

// Nil is what C calls RTLD_DEFAULT: the program itself, and its libraries.
if let symbol = dlsym(nil, "LLVMFuzzerRunDriver") {
  var words = ([CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)).map { strdup($0) }
  var count = CInt(words.count)
  words.append(nil)
  let status = words.withUnsafeMutableBufferPointer { buffer in
    guard var arguments = buffer.baseAddress else { return CInt(70) }
    return unsafeBitCast(symbol, to: Driver.self)(&count, &arguments) { bytes, count in
      _ = Chosen.target?.accepts(Array(UnsafeBufferPointer(start: bytes, count: count)))
      return 0
    }
  }
  exit(status)
}

for path in CommandLine.arguments.dropFirst(2) {
  let isAccepted = target.accepts([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
  print("\(path): \(isAccepted ? "accepted" : "refused")")
}
