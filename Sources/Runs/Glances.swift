extension RunLog {
  /// Whether the whole validation set is to be judged now: always, unless the track begins with glances.
  ///
  /// Then it is at the first validation of the last fifth, after the last step, and in between wherever the loss is
  /// within `val_near` of the target: above it, because the target may have been reached, and below, because other
  /// seeds may need more steps than this one and are compared with it at the same. What the loss is, is estimated: by
  /// the glance, and by how far the whole set was from its own glance the last time.
  public var needsWholeSet: Bool {
    guard plan.track.valGlance != nil, steps.count < plan.steps else { return true }
    guard plan.track.isLate(steps.count, of: plan.steps), let near = plan.track.valNear,
      let target = plan.track.target, let glance = glances.last?.loss
    else { return false }
    guard let whole = validations.last, let before = glances.last(where: { $0.step == whole.step }),
      let difference = whole.loss.flatMap({ loss in before.loss.map { loss - $0 } })
    else { return true }
    return abs(glance + difference - target) <= near
  }

  /// Every validation, on the whole set where that was judged, else at a glance.
  package var curve: [Validation] {
    let counted = Set(validations.map(\.step))
    return (glances.filter { !counted.contains($0.step) } + validations).sorted {
      $0.step < $1.step
    }
  }
}
