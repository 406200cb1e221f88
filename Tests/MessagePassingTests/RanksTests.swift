import MessagePassing
import TestSupport
import Testing

@Suite struct RanksTests {
  @Test(arguments: [1, 2, 3, 5])
  func everyRankGetsWhatAllSay(count: Int) throws {
    let (results, _) = try ThreadRanks.run(count) { ranks in
      var halves = (0..<7).map { _ in 0.0 }
      for index in ranks.share(of: 7, rank: ranks.rank) { halves[index] = Double(index) / 2 }
      ranks.gather(
        &halves, counts: ranks.members.indices.map { ranks.share(of: 7, rank: $0).count })
      return (
        halves, ranks.gather(String(repeating: "é", count: ranks.rank)),
        ranks.gather([ranks.rank, -1]), ranks.greatest([ranks.rank, -ranks.rank]),
        ranks.sum(ranks.rank), ranks.broadcast(ranks.rank == 0 ? [1, 2, 3, 4, 5] : [9])
      )
    }
    #expect(results.count == count)
    for (halves, texts, numbers, greatest, sum, bytes) in results {
      #expect(halves == [0, 0.5, 1, 1.5, 2, 2.5, 3])
      #expect(texts == (0..<count).map { String(repeating: "é", count: $0) })
      #expect(numbers == (0..<count).map { [$0, -1] })
      #expect(greatest == [count - 1, 0])
      #expect(sum == count * (count - 1) / 2)
      #expect(bytes == [1, 2, 3, 4, 5])
    }
  }

  @Test func theFirstRanksTakeOneMore() throws {
    let (results, _) = try ThreadRanks.run(3) { ranks in
      ranks.members.indices.map { ranks.share(of: 4, rank: $0) }
    }
    #expect(results.allSatisfy { $0 == [0..<2, 2..<3, 3..<4] })
    #expect(Ranks.alone.share(of: 4, rank: 0) == 0..<4)
  }

  @Test func ranksOfOneMachineShareItsProcessors() throws {
    let (results, _) = try ThreadRanks.run(2) { ranks in
      _ = ranks.sum(1)
      return (ranks.sharingProcessors, ranks.communicationTime)
    }
    for (sharing, time) in results {
      #expect(sharing == 2)
      #expect(time > .zero)
    }
    #expect(Ranks.alone.sharingProcessors == 1)
    #expect(Ranks.alone.communicationTime == .zero)
  }
}

@Suite struct LaunchTests {
  @Test(arguments: [
    ["OMPI_COMM_WORLD_SIZE": "3", "OMPI_COMM_WORLD_RANK": "2"],
    ["PMI_SIZE": "3", "PMI_RANK": "2"],
    ["MV2_COMM_WORLD_SIZE": "3", "MV2_COMM_WORLD_RANK": "2", "PMI_SIZE": "many"],
  ])
  func launchersSayWhoIsWho(environment: [String: String]) {
    let launch = Launch(environment)
    #expect(launch?.rank == 2)
    #expect(launch?.count == 3)
  }

  @Test(arguments: [
    [:], ["SLURM_NTASKS": "4", "SLURM_PROCID": "0"],
    ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"],
    ["PMI_SIZE": "2", "PMI_RANK": "2"], ["PMI_SIZE": "2"],
  ])
  func aProcessAloneIsNoLaunch(environment: [String: String]) {
    #expect(Launch(environment) == nil)
  }
}
