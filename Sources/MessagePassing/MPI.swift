#if MPI
  import CMPI

  /// The ranks that an MPI launcher has started.
  struct MPICollectives: Collectives {
    let rank: Int
    let count: Int
    let library: String
    let host: String

    /// Starts MPI, which a process may do once; all further calls come from the same thread.
    init() {
      cmpi_start()
      (rank, count) = (Int(cmpi_rank()), Int(cmpi_count()))
      // What follows says who built it, and when.
      library = Self.text(cmpi_library).prefix { $0 != "," && !$0.isNewline }
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
      host = Self.text(cmpi_host)
    }

    func broadcast(_ memory: UnsafeMutableRawPointer, words: Int) {
      cmpi_broadcast(memory, Int32(words))
    }

    func gather(_ memory: UnsafeMutableRawPointer, counts: [Int]) {
      cmpi_gather(memory, counts.map(Int32.init), counts.starts.map(Int32.init))
    }

    func exchange(
      _ sent: UnsafeRawPointer, _ sentCounts: [Int], _ received: UnsafeMutableRawPointer,
      _ receivedCounts: [Int]
    ) {
      cmpi_exchange(
        sent, sentCounts.map(Int32.init), sentCounts.starts.map(Int32.init),
        received, receivedCounts.map(Int32.init), receivedCounts.starts.map(Int32.init))
    }

    func end() { cmpi_end() }

    func abort(_ status: Int32) { cmpi_abort(status) }

    private static func text(_ write: (UnsafeMutablePointer<CChar>) -> Void) -> String {
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: cmpi_text_capacity) { buffer in
        guard let start = buffer.baseAddress else { return "" }
        write(start)
        return String(cString: start)
      }
    }
  }
#endif
