import NanoGPT

extension Corpus {
  /// English of four centuries, all in the public domain: the King James Bible, Jane Austen, William Shakespeare, and
  /// the Treasury of David.
  ///
  /// A document is a chapter, a scene, a sonnet, or what is said of a psalm.
  ///
  /// - Throws: `DataError` of kind `missingInput` without one of the packages that hold them, of kind `badData` when
  ///   they hold another text.
  public static func classics() throws(DataError) -> Corpus {
    let documents =
      try kingJames().documents + Austen.chapters() + Shakespeare.scenes()
      + TreasuryOfDavid.entries()
    return try SourceFiles.checked(
      Corpus(name: "classics", documents: documents), against: classicsSHA256)
  }

  /// SHA-256 of that text.
  public static let classicsSHA256 =
    "7144d638efc43be73cab080ae5ea9fc6b26e2e40db450bf3af2567a57424c6a6"
}
