/// A language model.
