/// Colors and fonts of every figure, for light and dark screens.
///
/// The hues are Okabe and Ito's, which color-blind people can tell apart ("Color Universal Design", 2008);
/// darkened on white and lightened on black, so that they can be text too.
package enum FigureStyle {
  /// The number of colors; more series begin again.
  package static let colors = 7

  package static let css = """
    .figure{--paper:#fff;--ink:#1f2328;--muted:#59636e;--grid:#e6e8eb;\
    --c0:#0067a6;--c1:#b84e00;--c2:#007a59;--c3:#a3477a;--c4:#8f6200;--c5:#2b7fb0;--c6:#59636e;\
    font:11.5px system-ui,-apple-system,Segoe UI,Roboto,sans-serif;font-variant-numeric:tabular-nums}
    @media (prefers-color-scheme:dark){.figure{--paper:#0d1117;--ink:#e6edf3;--muted:#9aa4af;--grid:#2a3139;\
    --c0:#56b4e9;--c1:#f08a4b;--c2:#2fc79a;--c3:#e293c0;--c4:#e6b450;--c5:#9fd3f5;--c6:#9aa4af}}
    .figure .paper{fill:var(--paper)}
    .figure text{fill:var(--ink)}
    .figure .title{font-size:13px;font-weight:600}
    .figure .muted{fill:var(--muted)}
    .figure .caption{font-size:12px;fill:var(--muted)}
    .figure .middle{text-anchor:middle}
    .figure .end{text-anchor:end}
    .figure .grid{stroke:var(--grid);stroke-width:1}
    .figure .axis{stroke:var(--muted);stroke-width:1}
    .figure .level{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3}
    .figure .thin{stroke:var(--ink);stroke-width:1;fill:none}
    .figure .line{stroke:var(--c);stroke-width:1.75;fill:none;stroke-linejoin:round;stroke-linecap:round}
    .figure .dashed{stroke-dasharray:5 4}
    .figure .band{fill:var(--c);fill-opacity:.2}
    .figure .bar{stroke:var(--c);stroke-width:1.5}
    .figure .dot{fill:var(--c);stroke:var(--paper);stroke-width:1.25}
    .figure .name{fill:var(--c);font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:3px;\
    stroke-linejoin:round}
    .figure .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
    .figure .best{fill:none;stroke:var(--ink);stroke-width:2.5}
    .figure .none{fill:var(--grid)}
    .figure .on-light{fill:#000}
    .figure .on-dark{fill:#fff}
    \((0..<colors).map { ".figure .c\($0){--c:var(--c\($0))}" }.joined())
    """

  /// The class that gives an element and what is inside the color of a series.
  static func color(_ index: Int) -> String { "c\(index % colors)" }
}
