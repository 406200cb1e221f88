import Autograd

/// Whether a model finds the last word of a line from all that comes before it.
///
/// A miniature of LAMBADA, which asks for the last word of a passage: Paperno and others, "The LAMBADA dataset: Word
/// prediction requiring a broad discourse context" (2016). A word counts as found when each of its tokens is the
/// likeliest.
public struct ClozeTest: Sendable {
  /// A last word: the window that ends with it, and how many tokens it has.
  package struct Question: Hashable, Sendable {
    /// The tokens before the last one of the word.
    package let input: [TokenID]
    /// The token after each of `input`.
    package let targets: [TokenID]
    /// The number of the word's tokens, the last of `targets`.
    package let answer: Int
  }

  package let questions: [Question]
  /// The number of last words.
  public var count: Int { questions.count }

  /// Finds the last words in a text.
  ///
  /// - Parameters:
  ///   - text: The tokens of held-out documents, each of which begins with `endOfText`.
  ///   - tokenizer: Where they come from.
  ///   - contextLength: The most tokens that a model looks at.
  ///   - leastContext: The fewest tokens of its document that must precede a word.
  public init(
    of text: some Sequence<TokenID>, tokenizer: some Tokenizer, contextLength: Int,
    leastContext: Int = 32
  ) {
    var questions: [Question] = []
    for document in text.split(separator: tokenizer.endOfText) {
      for word in Self.lastWords(of: Array(document), tokenizer)
      where word.lowerBound >= leastContext && word.count < contextLength {
        // With the token that begins every document, where there is room for it.
        let tokens = ([tokenizer.endOfText] + document[..<(document.startIndex + word.upperBound)])
          .suffix(contextLength + 1)
        questions.append(
          Question(
            input: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()), answer: word.count)
        )
      }
    }
    self.questions = questions
  }

  /// Returns, for every question, whether the model finds the word.
  public func answers(of model: some LanguageModel, on workers: Workers) -> [Bool] {
    let windows = Batch(inputs: questions.map(\.input), targets: questions.map(\.targets))
    return zip(questions, model.predictions(of: windows, on: workers)).map { question, tokens in
      tokens.suffix(question.answer).allSatisfy(\.isLikeliest)
    }
  }

  /// The tokens of the last word of every line, where a word begins and ends with tokens.
  package static func lastWords(of document: [TokenID], _ tokenizer: some Tokenizer) -> [Range<Int>]
  {
    var words: [Range<Int>] = []
    /// The last word so far on the line; nil where a number follows it.
    var word: Range<Int>?
    var line = 0
    for (index, token) in document.enumerated() {
      let bytes = tokenizer.bytes(of: token)
      let letters = bytes.first == UInt8(ascii: " ") ? bytes.dropFirst() : bytes[...]
      if !letters.isEmpty, letters.allSatisfy(isLetter) {
        // A token without a space in front goes on with the word before it.
        let goesOn = letters.count == bytes.count && word?.upperBound == index
        word = (goesOn ? word?.lowerBound ?? index : index)..<(index + 1)
        line += goesOn ? 0 : 1
      } else if bytes.contains(where: isDigit) {
        (word, line) = (nil, line + 1)
      }
      if bytes.contains(UInt8(ascii: "\n")) {
        // The only word of a line is a heading or a name.
        if let word, line > 1 { words.append(word) }
        (word, line) = (nil, 0)
      }
    }
    if let word, line > 1 { words.append(word) }
    return words
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80
  }
}
