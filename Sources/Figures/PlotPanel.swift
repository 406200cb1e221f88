/// Lines, bands and points over two axes.
package struct PlotPanel: Panel {
  package var title: String
  package var x: Axis
  package var y: Axis
  /// Drawn in this order, names last.
  package var marks: [Mark]
  package var height = 284.0

  package init(title: String, x: Axis, y: Axis, marks: [Mark]) {
    (self.title, self.x, self.y, self.marks) = (title, x, y, marks)
  }

  package func draw(in svg: inout SVGText) {
    let layout = PlotLayout(self)
    layout.drawAxes(of: self, in: &svg)
    for mark in marks { layout.draw(mark, in: &svg) }
    var names = PlotNames(layout, marks: marks)
    names.draw(marks, in: &svg)
  }

  /// The names at the right ends of lines, with their colors and the values there.
  var endNames: [(name: String, color: Int, y: Double)] {
    marks.compactMap { mark in
      guard case .line(let points, let color, _, let name?) = mark, let last = points.last else {
        return nil
      }
      return (name, color, last.y)
    }
  }
}
