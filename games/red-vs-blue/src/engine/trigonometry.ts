/**
 * Computes sines, angles and lengths from `+ − × ÷`, `Math.floor`, `Math.abs` and `Math.sqrt` alone. ECMA-262 fixes these to the last bit;
 * `Math.sin`, `Math.cos` and `Math.atan2` it leaves to the engine, and two browsers do differ there. Error below 4e-16
 * for angles up to a few turns, which is as close as a double gets.
 */

export const pi: number = Math.PI
const tau = 2 * pi

// π/2 in two parts (33 bits, and the rest), so that whole multiples of it are taken off without rounding.
const quarterTurnHigh = 1.5707963267341256
const quarterTurnLow = 6.077100506506192e-11

// Taylor series about 0, good for −π/4 … π/4: each divisor makes the next term, (2·3), (4·5), …, innermost first.
// The first term left out is below 5e-17.
const sineDivisors = [210, 156, 110, 72, 42, 20, 6]
const cosineDivisors = [240, 182, 132, 90, 56, 30, 12, 2]

/** 1 − s/d·(1 − s/d·(1 − …)). */
function nested(s: number, divisors: readonly number[]): number {
  let sum = 1
  for (const divisor of divisors) sum = 1 - (s / divisor) * sum
  return sum
}

const sineNearZero = (x: number): number => x * nested(x * x, sineDivisors)
const cosineNearZero = (x: number): number => nested(x * x, cosineDivisors)

/** Sine of `angle + quarters × π/2`. */
function sineShifted(angle: number, quarters: number): number {
  const nearest = Math.floor(angle / (pi / 2) + 0.5)
  const rest = angle - nearest * quarterTurnHigh - nearest * quarterTurnLow
  const quadrant = (nearest + quarters) & 3
  const size = quadrant & 1 ? cosineNearZero(rest) : sineNearZero(rest)
  return quadrant & 2 ? -size : size
}

/** Sine of an angle in radians. */
export const sin = (angle: number): number => sineShifted(angle, 0)

/** Cosine of an angle in radians. */
export const cos = (angle: number): number => sineShifted(angle, 1)

/** Arc tangent for 0 … 1: halving the angle three times brings it below 0.1, where the series is short. */
function arcTangent(slope: number): number {
  let x = slope
  for (let halvings = 0; halvings < 3; halvings++) x /= 1 + Math.sqrt(1 + x * x)
  const s = x * x
  const tail = 1 / 3 - s * (1 / 5 - s * (1 / 7 - s * (1 / 9 - s * (1 / 11 - s * (1 / 13 - s * (1 / 15))))))
  return 8 * (x - x * s * tail)
}

/** The direction of the vector (x, y) in radians, −π … π; 0 for the null vector. */
export function atan2(y: number, x: number): number {
  const across = Math.abs(x)
  const up = Math.abs(y)
  if (across === 0 && up === 0) return 0
  const inFirstQuadrant = up <= across ? arcTangent(up / across) : pi / 2 - arcTangent(across / up)
  const inUpperHalf = x < 0 ? pi - inFirstQuadrant : inFirstQuadrant
  return y < 0 ? -inUpperHalf : inUpperHalf
}

/** The same angle in −π … π. */
export const wrapAngle = (angle: number): number => angle - tau * Math.floor((angle + pi) / tau)
