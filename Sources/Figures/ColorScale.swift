import Foundation

/// Numbers as colors of even steps to the eye: viridis, by van der Walt and Smith (2015), which color-blind
/// people and gray printers keep in order.
package enum ColorScale {
  /// The color of a share from 0, dark, to 1, bright, as `#rrggbb`.
  package static func color(_ share: Double) -> String {
    "#"
      + components(share).map { component in
        let text = String(component, radix: 16)
        return component < 16 ? "0\(text)" : text
      }.joined()
  }

  /// Whether dark text reads better on the color than light text: by its luminance (WCAG 2).
  package static func isBright(_ share: Double) -> Bool {
    let linear = components(share).map { component in
      let value = Double(component) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.18
  }

  private static let stops = [
    0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B,
    0xFDE725,
  ]

  private static func components(_ share: Double) -> [Int] {
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let rest = place - Double(index)
    return [16, 8, 0].map { shift in
      let (from, to) = (stops[index] >> shift & 0xFF, stops[index + 1] >> shift & 0xFF)
      return Int((Double(from) + rest * Double(to - from)).rounded())
    }
  }

}
